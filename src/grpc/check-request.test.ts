import { create, toBinary, type DescMessage } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, test } from 'vitest';
import type { FieldViolation } from '../domain/errors.ts';
import { CreateChatRequestSchema } from '../gen/veche/v1/chat_pb.js';
import {
  FetchUnreadRequestSchema,
  ListMessagesRequestSchema,
  MessageOrder,
  PostMessageRequestSchema,
} from '../gen/veche/v1/message_pb.js';
import { requestCheck } from './check-request.ts';

const LONE_SURROGATE = Uint8Array.of(0xed, 0xa0, 0x80);

/** Encodes fields as a writer is told to, whatever the type says. */
function bytes(write: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
}

/** What the check finds wrong with these bytes. */
function unreadableOf(schema: DescMessage, encoded: Uint8Array): readonly FieldViolation[] {
  return requestCheck(schema)(encoded).unreadable;
}

describe('the check of an encoded request', () => {
  test('lets through what an encoder makes, every field set', () => {
    const requests = [
      [PostMessageRequestSchema, { chatId: 'x', text: 'Слово', clientMessageId: '1' }],
      [CreateChatRequestSchema, { title: '👋', maxMessages: -1n, readOnly: true, ttl: { seconds: 1n, nanos: -5 } }],
      [
        ListMessagesRequestSchema,
        { chatId: 'x', pageSize: -1, pageToken: 't', order: MessageOrder.NEWEST_FIRST, markRead: false },
      ],
    ] as const;
    for (const [schema, init] of requests) {
      const encoded = toBinary(schema, create(schema, init as object));
      expect(requestCheck(schema)(encoded)).toEqual({ readable: encoded, unreadable: [] });
    }
  });

  test('lets through an empty request', () => {
    expect(unreadableOf(PostMessageRequestSchema, new Uint8Array())).toEqual([]);
  });

  test('passes over fields that it does not know, of every wire type', () => {
    const encoded = bytes((writer) =>
      writer
        .tag(100, WireType.Varint)
        .uint64(2n ** 63n)
        .tag(101, WireType.Bit32)
        .fixed32(1)
        .tag(102, WireType.Bit64)
        .fixed64(1n)
        .tag(103, WireType.LengthDelimited)
        .bytes(LONE_SURROGATE)
        .tag(104, WireType.StartGroup)
        .tag(1, WireType.Varint)
        .uint32(1)
        .tag(104, WireType.EndGroup),
    );
    expect(requestCheck(PostMessageRequestSchema)(encoded)).toEqual({ readable: encoded, unreadable: [] });
  });

  test('names every field of another wire type, and what it must be', () => {
    const encoded = bytes((writer) =>
      writer
        .tag(1, WireType.Bit64)
        .fixed64(7n)
        .tag(2, WireType.LengthDelimited)
        .string('50')
        .tag(3, WireType.Varint)
        .uint32(7)
        .tag(4, WireType.LengthDelimited)
        .string('OLDEST_FIRST')
        .tag(5, WireType.Bit32)
        .fixed32(1),
    );
    expect(unreadableOf(ListMessagesRequestSchema, encoded)).toEqual([
      { field: 'chat_id', description: 'must be encoded as string' },
      { field: 'page_size', description: 'must be encoded as int32' },
      { field: 'page_token', description: 'must be encoded as string' },
      { field: 'order', description: 'must be encoded as veche.v1.MessageOrder' },
      { field: 'mark_read', description: 'must be encoded as bool' },
    ]);
  });

  test('names a field that is a number where a message must be', () => {
    const encoded = bytes((writer) => writer.tag(4, WireType.Varint).uint32(30));
    expect(unreadableOf(FetchUnreadRequestSchema, encoded)).toEqual([
      { field: 'wait', description: 'must be encoded as google.protobuf.Duration' },
    ]);
  });

  test.each([
    ['a lone surrogate', LONE_SURROGATE],
    ['a byte that never occurs', Uint8Array.of(0x41, 0xff)],
    ['a character cut in half', Uint8Array.of(0xd0)],
    ['an overlong NUL', Uint8Array.of(0xc0, 0x80)],
  ])('names a string field that is not UTF-8: %s', (_name, text) => {
    const encoded = bytes((writer) => writer.tag(2, WireType.LengthDelimited).bytes(text));
    expect(unreadableOf(PostMessageRequestSchema, encoded)).toEqual([
      { field: 'text', description: 'must be valid UTF-8' },
    ]);
  });

  test('names a field inside a field by its path', () => {
    const duration = bytes((writer) => writer.tag(1, WireType.LengthDelimited).string('90'));
    const encoded = bytes((writer) => writer.tag(4, WireType.LengthDelimited).bytes(duration));
    expect(unreadableOf(FetchUnreadRequestSchema, encoded)).toEqual([
      { field: 'wait.seconds', description: 'must be encoded as int64' },
    ]);
  });

  test('names a field whose own bytes end too early', () => {
    const encoded = bytes((writer) => writer.tag(4, WireType.LengthDelimited).bytes(Uint8Array.of(0x08, 0xff)));
    expect(unreadableOf(FetchUnreadRequestSchema, encoded)).toEqual([
      { field: 'wait', description: 'is not a valid encoding of google.protobuf.Duration' },
    ]);
  });

  test.each([2n ** 31n, 2n ** 32n + 50n, -(2n ** 31n) - 1n])(
    'names a 32-bit number that has more bits: %d',
    (value) => {
      const encoded = bytes((writer) =>
        writer.tag(2, WireType.Varint).int64(value).tag(4, WireType.Varint).int64(value),
      );
      const fields = unreadableOf(ListMessagesRequestSchema, encoded).map(({ field }) => field);
      expect(fields).toEqual(['page_size', 'order']);
    },
  );

  test('names a field once, however often it is wrong', () => {
    const encoded = bytes((writer) => {
      for (let i = 0; i < 1000; i++) writer.tag(1, WireType.Varint).uint32(i);
    });
    expect(unreadableOf(PostMessageRequestSchema, encoded)).toHaveLength(1);
  });

  test.each([
    ['a tag without a value', Uint8Array.of(0x0a)],
    ['a length beyond the end', Uint8Array.of(0x0a, 0x05, 0x41)],
    ['field number 0', Uint8Array.of(0x02, 0x00)],
    ['a wire type that does not exist', Uint8Array.of(0x0f)],
    ['a group that nobody opened', Uint8Array.of(0x0c)],
    ['a group that nobody closes', Uint8Array.of(0xa3, 0x06)],
    ['a number that never ends', new Uint8Array(20).fill(0xff)],
    ['groups in groups without end', new Uint8Array(5000).fill(0x0b)],
  ])('refuses what is no message at all: %s', (_name, encoded) => {
    expect(unreadableOf(PostMessageRequestSchema, encoded)).toEqual([
      { field: '', description: 'is not a valid encoding of veche.v1.PostMessageRequest' },
    ]);
  });

  test('says nothing else of bytes that break off: what came before may be anything', () => {
    const encoded = bytes((writer) => writer.tag(1, WireType.Varint).uint32(1).tag(2, WireType.LengthDelimited));
    expect(requestCheck(PostMessageRequestSchema)(encoded)).toEqual({
      readable: new Uint8Array(),
      unreadable: [{ field: '', description: 'is not a valid encoding of veche.v1.PostMessageRequest' }],
    });
  });

  test('leaves out the bytes of the fields that it names, and no others', () => {
    const good = [
      bytes((writer) => writer.tag(1, WireType.LengthDelimited).string('x')),
      bytes((writer) => writer.tag(100, WireType.Bit32).fixed32(1)),
      bytes((writer) => writer.tag(2, WireType.Varint).int64(7)),
    ] as const;
    const duration = bytes((writer) => writer.tag(2, WireType.LengthDelimited).string('90'));
    const bad = [
      bytes((writer) => writer.tag(1, WireType.LengthDelimited).bytes(LONE_SURROGATE)),
      bytes((writer) => writer.tag(4, WireType.LengthDelimited).bytes(duration)),
    ] as const;
    const check = requestCheck(FetchUnreadRequestSchema);
    const orders = [
      [good[0], bad[0], good[1], good[2], bad[1]],
      [bad[0], bad[1], good[0], good[1], bad[0], good[2]],
    ];
    for (const fields of orders) {
      const { readable, unreadable } = check(Buffer.concat(fields));
      expect(Buffer.from(readable)).toEqual(Buffer.concat(good));
      expect(unreadable.map(({ field }) => field)).toEqual(['chat_id', 'wait.nanos']);
    }
  });
});
