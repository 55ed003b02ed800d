import { create, fromBinary, toBinary, type DescMessage } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AdminService } from '../gen/veche/v1/admin_pb.js';
import { ChatService } from '../gen/veche/v1/chat_pb.js';
import { MessageService, PostMessageRequestSchema } from '../gen/veche/v1/message_pb.js';
import { SessionService } from '../gen/veche/v1/session_pb.js';
import { StatsService } from '../gen/veche/v1/stats_pb.js';
import { requestDecoder, responseEncoder } from './codec.ts';

const REQUESTS: readonly DescMessage[] = [
  SessionService,
  ChatService,
  MessageService,
  StatsService,
  AdminService,
].flatMap(({ methods }) => methods.map(({ input }) => input));

describe('the decoder of requests', () => {
  test('decodes what an encoder made', () => {
    const request = create(PostMessageRequestSchema, { chatId: 'c', text: 'Слово', clientMessageId: '' });
    const encoded = toBinary(PostMessageRequestSchema, request);
    expect(requestDecoder(PostMessageRequestSchema)(encoded)).toEqual({ message: request, unreadable: [] });
  });

  test('keeps nothing of fields that it does not know', () => {
    const decoded = requestDecoder(PostMessageRequestSchema)(Uint8Array.of(0xa0, 0x06, 0x01));
    expect(decoded).toEqual({ message: create(PostMessageRequestSchema), unreadable: [] });
  });

  test('returns what is wrong instead of throwing it, and decodes the rest', () => {
    const text = toBinary(PostMessageRequestSchema, create(PostMessageRequestSchema, { text: 'Слово' }));
    const decoded = requestDecoder(PostMessageRequestSchema)(Buffer.concat([Buffer.of(0x08, 0x01), text]));
    expect(decoded).toEqual({
      message: create(PostMessageRequestSchema, { text: 'Слово' }),
      unreadable: [{ field: 'chat_id', description: 'must be encoded as string' }],
    });
  });

  test.each(REQUESTS.map((schema) => [schema.typeName, schema] as const))(
    'never throws, whatever the bytes of a %s',
    (_name, schema) => {
      const decode = requestDecoder(schema);
      const field = fc
        .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 5 }), fc.uint8Array({ maxLength: 12 }))
        .map(([number, wireType, value]) => [(number << 3) | wireType, value] as const);
      const bytes = fc.oneof(
        fc.uint8Array({ maxLength: 64 }),
        fc.array(field).map((fields) => Buffer.concat(fields.map(([tag, value]) => Buffer.of(tag, ...value)))),
      );
      fc.assert(
        fc.property(bytes, (encoded) => {
          expect(decode(encoded).message.$typeName).toBe(schema.typeName);
        }),
      );
    },
  );
});

describe('the encoder of responses', () => {
  test('encodes a message', () => {
    const message = create(PostMessageRequestSchema, { chatId: 'c', text: 'Слово' });
    const bytes = responseEncoder(PostMessageRequestSchema)(message);
    expect(fromBinary(PostMessageRequestSchema, bytes)).toEqual(message);
  });

  test('passes on bytes as they are', () => {
    const bytes = Buffer.from('encoded before');
    expect(responseEncoder(PostMessageRequestSchema)(bytes)).toBe(bytes);
  });
});
