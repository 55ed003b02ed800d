import { describe, expect, test } from 'vitest';
import { CleanupStack } from './cleanup-stack.ts';
import { TimedOutError } from './with-deadline.ts';

const LONG_MS = 60_000;

describe('closing', () => {
  test('gives back what was acquired last first, one after the other', async () => {
    const stack = new CleanupStack();
    const order: string[] = [];
    for (const name of ['storage', 'streams', 'port']) {
      stack.push(name, async () => {
        order.push(`${name} begins`);
        await Promise.resolve();
        order.push(`${name} ends`);
      });
    }
    expect(await stack.close(LONG_MS)).toStrictEqual([]);
    expect(order).toStrictEqual([
      'port begins',
      'port ends',
      'streams begins',
      'streams ends',
      'storage begins',
      'storage ends',
    ]);
  });

  test('goes on after what failed, and tells of it', async () => {
    const stack = new CleanupStack();
    const error = new Error('broken');
    let isClosed = false;
    stack.push('storage', async () => {
      isClosed = true;
    });
    stack.push('port', () => Promise.reject(error));
    expect(await stack.close(LONG_MS)).toStrictEqual([{ name: 'port', error }]);
    expect(isClosed).toBe(true);
  });

  test('waits no longer than its deadline in all, but begins everything', async () => {
    const stack = new CleanupStack();
    const begun: string[] = [];
    for (const name of ['storage', 'streams']) {
      stack.push(name, () => {
        begun.push(name);
        return new Promise(() => {});
      });
    }
    const failures = await stack.close(10);
    expect(begun).toStrictEqual(['streams', 'storage']);
    expect(failures.map(({ name }) => name)).toStrictEqual(['streams', 'storage']);
    for (const { error } of failures) expect(error).toBeInstanceOf(TimedOutError);
  });

  test('tells each what is left of the time', async () => {
    const stack = new CleanupStack();
    const remaining: number[] = [];
    const note = async (remainingMs: number): Promise<void> => {
      remaining.push(remainingMs);
    };
    stack.push('storage', note);
    stack.push('port', note);
    await stack.close(LONG_MS);
    expect(remaining[0]).toBeLessThanOrEqual(LONG_MS);
    expect(remaining[1]).toBeLessThanOrEqual(remaining[0]!);
    expect(remaining[1]).toBeGreaterThan(0);
  });

  test('gives everything back only once', async () => {
    const stack = new CleanupStack();
    let times = 0;
    stack.push('port', async () => {
      times++;
    });
    await stack.close(LONG_MS);
    await stack.close(LONG_MS);
    expect(times).toBe(1);
  });
});
