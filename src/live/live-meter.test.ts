import { expect, test } from 'vitest';
import { LiveScene, quiet } from '../../tests/support/live-scene.ts';
import { MAX_END_DELIVERY_MS, MAX_STREAM_QUEUE_MESSAGES } from '../domain/limits.ts';
import type { LiveMeter } from './live-meter.ts';

test('a reader who is too slow is told of when its stream ends, and again when it does not take the end', async () => {
  const told: string[] = [];
  const meter: LiveMeter = {
    streamBegan: (api) => told.push(`${api} began`),
    streamEnded: (api, ending) => told.push(`${api} ended: ${ending}`),
    delivered: (api, messages) => told.push(`${api} was handed ${messages}`),
    readerCut: (api) => told.push(`${api} reader cut`),
    waitBegan: () => {},
    waitEnded: () => {},
  };
  const scene = new LiveScene({ meter });
  const ada = await scene.person();
  const chatId = await scene.chat(ada, { maxMessages: 50_000 });
  await scene.post(ada, chatId, 3);
  const slow = await scene.read(ada, chatId, { afterSeq: 0, isSlow: true });
  await slow.until(({ isBusy }) => isBusy);
  expect(told).toEqual(['grpc began', 'grpc was handed 3']);
  for (const count of [MAX_STREAM_QUEUE_MESSAGES, 1]) {
    await scene.post(ada, chatId, count);
    await quiet();
  }
  expect(told.slice(2)).toEqual(['grpc ended: READER_TOO_SLOW']);
  scene.clock.advance(MAX_END_DELIVERY_MS);
  expect(told.slice(3)).toEqual(['grpc reader cut']);
});
