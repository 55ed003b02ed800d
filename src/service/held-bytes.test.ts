import { describe, expect, test } from 'vitest';
import { HeldBytes } from './held-bytes.ts';

/** A bound of 100 bytes, and the names of those who had to let go, in their order. */
function scene() {
  const held = new HeldBytes(100);
  const gone: string[] = [];
  const holders: Record<string, object> = {};
  const holder = (name: string): object => (holders[name] ??= {});
  return {
    gone,
    add: (name: string, bytes: number) => held.add(holder(name), bytes, () => gone.push(name)),
    remove: (name: string) => held.remove(holder(name)),
  };
}

describe('bytes that are held', () => {
  test('may come to the bound', () => {
    const { add, gone } = scene();
    add('a', 60);
    add('b', 40);
    expect(gone).toEqual([]);
  });

  test('beyond it are let go of by who has held longest, as many as it takes', () => {
    const { add, gone } = scene();
    for (const name of ['a', 'b', 'c']) add(name, 30);
    add('d', 50);
    expect(gone).toEqual(['a', 'b']);
  });

  test('are let go of by those who hold much first, however new they are', () => {
    const held = new HeldBytes(100_000);
    const gone: string[] = [];
    held.add({}, 1_000, () => gone.push('small'));
    held.add({}, 60_000, () => gone.push('large'));
    held.add({}, 60_000, () => gone.push('newer'));
    expect(gone).toEqual(['large']);
    for (let count = 0; count < 40; count++) held.add({}, 1_000, () => {});
    expect(gone).toEqual(['large', 'newer']);
    for (let count = 0; count < 60; count++) held.add({}, 1_000, () => {});
    expect(gone).toEqual(['large', 'newer', 'small']);
  });

  test('that grow stay as old as they are', () => {
    const { add, gone } = scene();
    add('a', 10);
    add('b', 10);
    add('a', 90);
    expect(gone).toEqual(['a']);
    add('c', 90);
    expect(gone).toEqual(['a']);
  });

  test('that are free again make room, once', () => {
    const { add, remove, gone } = scene();
    add('a', 100);
    remove('a');
    remove('a');
    add('b', 100);
    expect(gone).toEqual([]);
    add('c', 1);
    expect(gone).toEqual(['b']);
  });

  test('are let go of by the newest, too, if it alone is too much', () => {
    const { add, gone } = scene();
    add('a', 101);
    expect(gone).toEqual(['a']);
  });
});
