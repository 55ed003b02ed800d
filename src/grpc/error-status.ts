/** What a refusal is on the wire: a gRPC status with the details of `google.rpc`. */

import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { anyPack, type Any } from '@bufbuild/protobuf/wkt';
import { Metadata, status as Code, type StatusObject } from '@grpc/grpc-js';
import type { ErrorCode, Refusal } from '../domain/errors.ts';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from '../gen/google/rpc/error_details_pb.js';
import { StatusSchema } from '../gen/google/rpc/status_pb.js';
import { encode } from './codec.ts';
import { toDuration } from './times.ts';

/** The domain of every reason that Veche gives. */
const ERROR_DOMAIN = 'veche';

/** The gRPC code of every refusal. */
export const GRPC_CODES: Readonly<Record<ErrorCode, Code>> = {
  SHUTTING_DOWN: Code.UNAVAILABLE,
  RATE_LIMITED: Code.RESOURCE_EXHAUSTED,
  UNAUTHENTICATED: Code.UNAUTHENTICATED,
  INVALID_ARGUMENT: Code.INVALID_ARGUMENT,
  CHAT_NOT_FOUND: Code.NOT_FOUND,
  SESSION_NOT_FOUND: Code.NOT_FOUND,
  CHAT_READ_ONLY: Code.PERMISSION_DENIED,
  NOT_CHAT_CREATOR: Code.PERMISSION_DENIED,
  MESSAGE_ID_CONFLICT: Code.ALREADY_EXISTS,
  USER_LIMIT_REACHED: Code.RESOURCE_EXHAUSTED,
  USER_CHAT_LIMIT_REACHED: Code.RESOURCE_EXHAUSTED,
  CHAT_LIMIT_REACHED: Code.RESOURCE_EXHAUSTED,
  TOO_MANY_STREAMS: Code.RESOURCE_EXHAUSTED,
  SESSION_HAS_OPEN_CHATS: Code.FAILED_PRECONDITION,
  STORAGE_FULL: Code.RESOURCE_EXHAUSTED,
  STORAGE_UNAVAILABLE: Code.UNAVAILABLE,
  DEADLINE_EXCEEDED: Code.DEADLINE_EXCEEDED,
  INTERNAL: Code.INTERNAL,
};

/** The status of a refused call, with everything that the refusal carries. */
export function errorStatus(refusal: Refusal): StatusObject {
  const code = GRPC_CODES[refusal.code];
  // The library cannot send a lone surrogate, and fails where nobody could catch it.
  const message = refusal.message.toWellFormed();
  const status = create(StatusSchema, { code, message, details: errorDetails(refusal) });
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', encode(StatusSchema, status));
  return { code, details: message, metadata };
}

function errorDetails({ code, violations, retryAfterMs, correlationId }: Refusal): Any[] {
  const details = [pack(ErrorInfoSchema, { reason: code, domain: ERROR_DOMAIN })];
  if (violations.length > 0) details.push(pack(BadRequestSchema, { fieldViolations: [...violations] }));
  if (retryAfterMs !== undefined)
    details.push(pack(RetryInfoSchema, { retryDelay: toDuration(Math.ceil(retryAfterMs)) }));
  if (correlationId !== undefined) details.push(pack(RequestInfoSchema, { requestId: correlationId }));
  return details;
}

function pack<T extends DescMessage>(schema: T, init: MessageInitShape<T>): Any {
  return anyPack(schema, create(schema, init));
}
