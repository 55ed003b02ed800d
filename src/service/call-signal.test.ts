import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { CallSignal } from './call-signal.ts';

/** A call as the transport shows it: it says once that it is cancelled, and remembers it. */
class Transport extends EventEmitter {
  cancelled = false;

  cancel(): void {
    this.cancelled = true;
    this.emit('cancelled', 'cancelled');
  }
}

function scene() {
  const transport = new Transport();
  const signal = new CallSignal(transport);
  let calls = 0;
  return { transport, signal, listen: () => signal.addEventListener('abort', () => (calls += 1)), calls: () => calls };
}

test('is aborted when the transport cancels the call, whether or not anybody listens', () => {
  const { transport, signal } = scene();
  expect(signal.aborted).toBe(false);
  expect(() => signal.throwIfAborted()).not.toThrow();
  transport.cancel();
  expect(signal.aborted).toBe(true);
  expect(() => signal.throwIfAborted()).toThrow(signal.reason);
});

test('tells every listener once, however often the call is given up', () => {
  const { transport, signal, listen, calls } = scene();
  listen();
  listen();
  signal.abort();
  transport.cancel();
  signal.abort();
  expect(calls()).toBe(2);
});

test('does not tell a listener that was removed', () => {
  const { signal } = scene();
  let calls = 0;
  const listener = (): void => void (calls += 1);
  signal.addEventListener('abort', listener);
  signal.removeEventListener('abort', listener);
  signal.abort();
  expect(calls).toBe(0);
});

test('takes the end of an answered call for no cancelling', () => {
  const { transport, signal, listen, calls } = scene();
  listen();
  signal.settle();
  transport.cancel();
  expect(signal.aborted).toBe(false);
  expect(calls()).toBe(0);
});

test('puts no listener on the transport until somebody listens', () => {
  const { transport, listen } = scene();
  expect(transport.listenerCount('cancelled')).toBe(0);
  listen();
  listen();
  expect(transport.listenerCount('cancelled')).toBe(1);
});
