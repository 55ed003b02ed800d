/** From bytes to requests and from responses to bytes. */

import { fromBinary, toBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import type { FieldViolation } from '../domain/errors.ts';
import { requestCheck } from './check-request.ts';

/** What stands for a request whose bytes are not what its type says. */
export class UndecodableRequest {
  readonly violations: readonly FieldViolation[];

  constructor(violations: readonly FieldViolation[]) {
    this.violations = violations;
  }
}

const READ_OPTIONS = { readUnknownFields: false };

/** Makes the decoder of a request. It never throws: the library would answer that with INTERNAL. */
export function requestDecoder<I extends DescMessage>(
  schema: I,
): (bytes: Uint8Array) => MessageShape<I> | UndecodableRequest {
  const check = requestCheck(schema);
  return (bytes) => {
    const violations = check(bytes);
    return violations === undefined ? fromBinary(schema, bytes, READ_OPTIONS) : new UndecodableRequest(violations);
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
