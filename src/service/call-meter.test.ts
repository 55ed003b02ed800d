import { expect, test } from 'vitest';
import { disturbed } from '../../tests/support/disturbed-storage.ts';
import { quiet } from '../../tests/support/live-scene.ts';
import { callOf, codeOf, ServiceScene } from '../../tests/support/service-scene.ts';
import { CALL_DEADLINE_MS } from '../domain/limits.ts';
import type { CallMeter } from './call-meter.ts';

/** A meter that writes down what it is told. */
function recording(): { readonly meter: CallMeter; readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    meter: {
      answered: ({ api, method }, outcome, _durationMs, mayWait) =>
        told.push(`${api} ${method} ${outcome}${mayWait ? ', may wait' : ''}`),
      refused: (api, code) => told.push(`${api} refused ${code}`),
    },
  };
}

test('a call is told of once, when it is given up and its work goes on', async () => {
  const { meter, told } = recording();
  const stats = Promise.withResolvers<void>();
  const scene = new ServiceScene({
    meter,
    disturb: (storage) => disturbed(storage, { before: (name) => (name === 'getStats' ? stats.promise : undefined) }),
  });
  const answer = scene.service.getStats(callOf('GetStats'));
  await quiet();
  scene.clock.advance(CALL_DEADLINE_MS);
  expect(codeOf(await answer)).toBe('DEADLINE_EXCEEDED');
  stats.resolve();
  await quiet();
  expect(told).toEqual(['grpc GetStats DEADLINE_EXCEEDED']);
});

test('a call of a server that shuts down is told of as refused', async () => {
  const { meter, told } = recording();
  const scene = new ServiceScene({ meter });
  scene.isShuttingDown = true;
  await scene.service.getStats(callOf('GetStats'));
  expect(told).toEqual(['grpc GetStats SHUTTING_DOWN']);
});

test('a call that asks to wait is told apart', async () => {
  const { meter, told } = recording();
  const scene = new ServiceScene({ meter });
  const { token } = await scene.newSession();
  const { id } = await scene.newChat(token);
  told.length = 0;
  await scene.fetchUnread(callOf('FetchUnread', token), id);
  const waiting = scene.fetchUnread(callOf('FetchUnread', token), id, { waitMs: 1_000 });
  await quiet();
  scene.clock.advance(1_000);
  await waiting;
  expect(told).toEqual(['grpc FetchUnread OK', 'grpc FetchUnread OK, may wait']);
});

test('a failure outside of the use-case is a refusal, unless its caller has gone', () => {
  const { meter, told } = recording();
  const scene = new ServiceScene({ meter });
  scene.service.failed(callOf('GetStats'), new Error('cannot be written'));
  const gone = callOf('GetStats');
  gone.abandon();
  scene.service.failed(gone, gone.signal.reason);
  scene.service.failed(undefined, new Error('no call'));
  expect(told).toEqual(['grpc refused INTERNAL']);
});
