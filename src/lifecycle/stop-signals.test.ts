import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { recordedLog } from '../../tests/support/recorded-log.ts';
import { listenForStop } from './stop-signals.ts';

/** A process, with the exit codes that it was given. */
class Target extends EventEmitter {
  readonly exitCodes: unknown[] = [];
  exit(code: unknown): never {
    this.exitCodes.push(code);
    return undefined as never;
  }
}

interface Scene {
  readonly stop: AbortSignal;
  readonly exitCodes: readonly unknown[];
  readonly hangups: readonly string[];
  readonly signal: (name: string) => void;
  readonly closeTerminal: () => void;
}

function listen(isAtTerminal: boolean): Scene {
  const target = new Target();
  const hangups: string[] = [];
  let isThere = isAtTerminal;
  const stop = listenForStop(recordedLog(), {
    onHangup: () => hangups.push('told'),
    target: target as unknown as NodeJS.Process,
    isAtTerminal: () => isThere,
  });
  return {
    stop,
    exitCodes: target.exitCodes,
    hangups,
    signal: (name) => target.emit(name, name),
    closeTerminal: () => {
      isThere = false;
    },
  };
}

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

describe('the first signal', () => {
  test.each(['SIGTERM', 'SIGINT'])('%s stops, and does not end the process', (name) => {
    const { stop, exitCodes, signal } = listen(true);
    expect(stop.aborted).toBe(false);
    signal(name);
    expect(stop.aborted).toBe(true);
    expect(exitCodes).toStrictEqual([]);
  });
});

describe('a second signal', () => {
  test.each([
    ['SIGTERM', 'SIGTERM', 143],
    ['SIGTERM', 'SIGINT', 130],
    ['SIGINT', 'SIGTERM', 143],
    ['SIGINT', 'SIGINT', 130],
  ])('at the same moment ends the process at once: %s, %s', (first, second, code) => {
    const { exitCodes, signal } = listen(false);
    signal(first);
    signal(second);
    expect(exitCodes).toStrictEqual([code]);
  });

  test('at a terminal counts as the same Ctrl+C only at the same moment', () => {
    const { exitCodes, signal } = listen(true);
    signal('SIGINT');
    vi.advanceTimersByTime(99);
    signal('SIGINT');
    expect(exitCodes).toStrictEqual([]);
    vi.advanceTimersByTime(1);
    signal('SIGINT');
    expect(exitCodes).toStrictEqual([130]);
  });

  test.each([
    ['SIGTERM', 'SIGTERM', 143],
    ['SIGTERM', 'SIGINT', 130],
    ['SIGINT', 'SIGTERM', 143],
  ])('at a terminal ends the process at once where it is no Ctrl+C: %s, %s', (first, second, code) => {
    const { exitCodes, signal } = listen(true);
    signal(first);
    signal(second);
    expect(exitCodes).toStrictEqual([code]);
  });
});

describe('SIGHUP', () => {
  test.each([true, false])('does not stop, however often it comes (at a terminal: %s)', (isAtTerminal) => {
    const { stop, exitCodes, hangups, signal } = listen(isAtTerminal);
    signal('SIGHUP');
    signal('SIGHUP');
    expect(stop.aborted).toBe(false);
    expect(exitCodes).toStrictEqual([]);
    expect(hangups).toStrictEqual(['told', 'told']);
  });

  test('stops when the terminal is gone, as any signal to stop does', () => {
    const { stop, exitCodes, hangups, signal, closeTerminal } = listen(true);
    closeTerminal();
    signal('SIGHUP');
    expect(stop.aborted).toBe(true);
    expect(exitCodes).toStrictEqual([]);
    signal('SIGHUP');
    expect(exitCodes).toStrictEqual([129]);
    expect(hangups).toStrictEqual([]);
  });
});
