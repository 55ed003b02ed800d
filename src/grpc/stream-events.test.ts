import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { StreamEndReason, SubscribeResponseSchema } from '../gen/veche/v1/message_pb.js';
import type { LiveEvent } from '../live/events.ts';
import { eventSink } from './stream-events.ts';

/** What a sink sends for these events. */
function sentFor(...events: readonly LiveEvent[]): Buffer[] {
  const sent: Buffer[] = [];
  const sink = eventSink({ send: (bytes) => sent.push(bytes as Buffer), end: () => {}, cut: () => {} });
  for (const event of events) sink.send(event, () => {});
  return sent;
}

const MESSAGES: LiveEvent = {
  type: 'messages',
  messages: [
    {
      id: 'm',
      chatId: 'c',
      seq: 2 ** 53 - 1,
      author: { userId: 'u', displayName: 'Анна' },
      text: 'Слово',
      sentAt: 1_767_225_600_123,
    },
  ],
};

describe('the sink of a stream', () => {
  test('encodes an event once for all its readers', () => {
    const [first] = sentFor(MESSAGES);
    const [second] = sentFor(MESSAGES);
    expect(second).toBe(first);
  });

  test('encodes equal events of their own each', () => {
    const [first, second] = sentFor({ type: 'caught-up', seq: 1 }, { type: 'caught-up', seq: 1 });
    expect(second).not.toBe(first);
    expect(second).toEqual(first);
  });

  test.each([
    [
      MESSAGES,
      {
        case: 'messages',
        value: {
          messages: [
            {
              id: 'm',
              chatId: 'c',
              seq: 2n ** 53n - 1n,
              author: { userId: 'u', displayName: 'Анна' },
              text: 'Слово',
              sentAt: { seconds: 1_767_225_600n, nanos: 123_000_000 },
            },
          ],
        },
      },
    ],
    [
      { type: 'missed', count: 3, seq: 5 },
      { case: 'missed', value: { count: 3n, seq: 5n } },
    ],
    [
      { type: 'caught-up', seq: 0 },
      { case: 'caughtUp', value: { seq: 0n } },
    ],
    ...(['CHAT_CLOSED', 'SESSION_ENDED', 'SERVER_GOING_AWAY', 'READER_TOO_SLOW'] as const).map(
      (reason) =>
        [
          { type: 'end', reason, seq: 7 },
          { case: 'end', value: { reason: StreamEndReason[reason], seq: 7n } },
        ] as const,
    ),
  ] as const)('sends what the event says: $0.type $0.reason', (event, expected) => {
    const [bytes] = sentFor(event);
    expect(fromBinary(SubscribeResponseSchema, bytes!).event).toMatchObject(expected);
  });
});
