/** A failed call as tests look at it: the status with its details taken apart. */

import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack, type Any } from '@bufbuild/protobuf/wkt';
import { status as Code, type StatusObject } from '@grpc/grpc-js';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from '../../src/gen/google/rpc/error_details_pb.js';
import { StatusSchema } from '../../src/gen/google/rpc/status_pb.js';

/** A call that failed. */
export class GrpcError extends Error {
  override readonly name = 'GrpcError';
  /** The name of the gRPC code. */
  readonly grpcCode: string;
  /** Of ErrorInfo; absent when the library refused the call and not Veche. */
  readonly reason: string | undefined;
  readonly domain: string | undefined;
  /** What is wrong, by field. */
  readonly violations: Readonly<Record<string, string>>;
  readonly retryAfterMs: number | undefined;
  readonly correlationId: string | undefined;

  constructor({ code, details: message, metadata }: StatusObject) {
    super(message);
    const details = unpackDetails(metadata.get('grpc-status-details-bin')[0]);
    const find = <T>(unpack: (detail: Any) => T | undefined): T | undefined =>
      details.map(unpack).find((detail) => detail !== undefined);
    const info = find((detail) => anyUnpack(detail, ErrorInfoSchema));
    const badRequest = find((detail) => anyUnpack(detail, BadRequestSchema));
    const retryDelay = find((detail) => anyUnpack(detail, RetryInfoSchema))?.retryDelay;
    this.grpcCode = Code[code];
    this.reason = info?.reason;
    this.domain = info?.domain;
    this.violations = Object.fromEntries(
      (badRequest?.fieldViolations ?? []).map(({ field, description }) => [field, description]),
    );
    this.retryAfterMs = retryDelay && Number(retryDelay.seconds) * 1000 + retryDelay.nanos / 1e6;
    this.correlationId = find((detail) => anyUnpack(detail, RequestInfoSchema))?.requestId;
  }
}

/** The error of a call that must fail. */
export async function failure(call: Promise<unknown>): Promise<GrpcError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof GrpcError) return error;
    throw error;
  }
  throw new Error('the call succeeded, but must fail');
}

function unpackDetails(bytes: string | Buffer | undefined): Any[] {
  return bytes === undefined ? [] : fromBinary(StatusSchema, bytes as Buffer).details;
}
