/** From bytes to requests and from responses to bytes. */

import { fromBinary, toBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import type { FieldViolation } from '../domain/errors.ts';
import { requestCheck } from './check-request.ts';

/** A request as far as it could be read. */
export interface DecodedRequest<I extends DescMessage = DescMessage> {
  /** With the unreadable fields left out. */
  readonly message: MessageShape<I>;
  /** What could not be read, by field. */
  readonly unreadable: readonly FieldViolation[];
}

const READ_OPTIONS = { readUnknownFields: false };

/** Makes the decoder of a request. It never throws: the library would answer that with INTERNAL. */
export function requestDecoder<I extends DescMessage>(schema: I): (bytes: Uint8Array) => DecodedRequest<I> {
  const check = requestCheck(schema);
  return (bytes) => {
    const { readable, unreadable } = check(bytes);
    return { message: fromBinary(schema, readable, READ_OPTIONS), unreadable };
  };
}

/** Makes the encoder of a response. What is bytes already goes out as it is. */
export function responseEncoder<O extends DescMessage>(schema: O): (message: MessageShape<O> | Buffer) => Buffer {
  return (message) => (Buffer.isBuffer(message) ? message : encode(schema, message));
}

/** Encodes one message. */
export function encode<O extends DescMessage>(schema: O, message: MessageShape<O>): Buffer {
  const bytes = toBinary(schema, message);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
