/**
 * The responses that carry messages, written straight into bytes: they are most of what the server sends, and the general
 * encoder takes several times as long. That both write the same bytes is tested.
 */

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Message } from '../domain/models.ts';
import type * as Response from '../service/responses.ts';

/** Reused, because a new one for each response costs more than what is written with it. */
const writer = new BinaryWriter();

/** `PostMessageResponse`. */
export function encodePostMessage({ message }: Response.PostMessageResponse): Buffer {
  writeMessage(1, message);
  return finish();
}

/** `ListMessagesResponse`. */
export function encodeListMessages(response: Response.ListMessagesResponse): Buffer {
  const { messages, nextPageToken, missed, position } = response;
  for (const message of messages) writeMessage(1, message);
  if (nextPageToken !== undefined) writeString(2, nextPageToken);
  writeNumber(3, missed);
  if (position !== undefined) writer.tag(4, WireType.Varint).int64(position);
  return finish();
}

/** `FetchUnreadResponse`. */
export function encodeFetchUnread({ messages, hasMore, position, missed }: Response.FetchUnreadResponse): Buffer {
  for (const message of messages) writeMessage(1, message);
  if (hasMore) writer.tag(2, WireType.Varint).bool(true);
  writeNumber(3, position);
  writeNumber(4, missed);
  return finish();
}

function writeMessage(field: number, { id, chatId, seq, author, text, sentAt }: Message): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  writeString(1, id);
  writeString(2, chatId);
  writeNumber(3, seq);
  writer.tag(4, WireType.LengthDelimited).fork();
  writeString(1, author.userId);
  writeString(2, author.displayName);
  writer.join();
  writeString(5, text);
  const seconds = Math.floor(sentAt / 1000);
  writer.tag(6, WireType.LengthDelimited).fork();
  writeNumber(1, seconds);
  writeNumber(2, (sentAt - seconds * 1000) * 1_000_000);
  writer.join().join();
}

function writeString(field: number, value: string): void {
  if (value !== '') writer.tag(field, WireType.LengthDelimited).string(value);
}

/** Not negative; 0 is what a missing field means. */
function writeNumber(field: number, value: number): void {
  if (value === 0) return;
  writer.tag(field, WireType.Varint);
  if (value <= 0xffffffff) writer.uint32(value);
  else writer.int64(value);
}

function finish(): Buffer {
  const bytes = writer.finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
