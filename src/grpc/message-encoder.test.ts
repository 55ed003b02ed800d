import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_SEQ } from '../domain/limits.ts';
import type { Message } from '../domain/models.ts';
import {
  FetchUnreadResponseSchema,
  ListMessagesResponseSchema,
  PostMessageResponseSchema,
} from '../gen/veche/v1/message_pb.js';
import { encode } from './codec.ts';
import { encodeFetchUnread, encodeListMessages, encodePostMessage } from './message-encoder.ts';
import { writeMessage } from './responses.ts';

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 });
const count = fc.oneof(fc.constant(0), fc.nat(), fc.maxSafeNat());
const message: fc.Arbitrary<Message> = fc.record({
  id: fc.uuid(),
  chatId: fc.uuid(),
  seq: fc.integer({ min: 1, max: MAX_SEQ }),
  author: fc.record({ userId: fc.uuid(), displayName: text }),
  text,
  sentAt: fc.integer({ min: 0, max: 8_640_000_000_000_000 }),
});
const messages = fc.array(message, { maxLength: 5 });

test('a posted message is encoded as the general encoder does it', () => {
  fc.assert(
    fc.property(fc.record({ message }), (response) => {
      const general = create(PostMessageResponseSchema, { message: writeMessage(response.message) });
      expect(encodePostMessage(response)).toEqual(encode(PostMessageResponseSchema, general));
    }),
  );
});

test('a page is encoded as the general encoder does it', () => {
  const nextPageToken = fc.option(text, { nil: undefined });
  const position = fc.option(count, { nil: undefined });
  fc.assert(
    fc.property(fc.record({ messages, nextPageToken, missed: count, position }), (response) => {
      const general = create(ListMessagesResponseSchema, {
        messages: response.messages.map(writeMessage),
        nextPageToken: response.nextPageToken ?? '',
        missed: BigInt(response.missed),
        position: response.position === undefined ? undefined : BigInt(response.position),
      });
      expect(encodeListMessages(response)).toEqual(encode(ListMessagesResponseSchema, general));
    }),
  );
});

test('what is unread is encoded as the general encoder does it', () => {
  fc.assert(
    fc.property(fc.record({ messages, hasMore: fc.boolean(), position: count, missed: count }), (response) => {
      const general = create(FetchUnreadResponseSchema, {
        messages: response.messages.map(writeMessage),
        hasMore: response.hasMore,
        position: BigInt(response.position),
        missed: BigInt(response.missed),
      });
      expect(encodeFetchUnread(response)).toEqual(encode(FetchUnreadResponseSchema, general));
    }),
  );
});
