/** What a failed call says: the name of the refusal, where the server gave one. */

import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import type { ServiceError } from '@grpc/grpc-js';
import { ErrorInfoSchema } from '../../src/gen/google/rpc/error_details_pb.js';
import { StatusSchema } from '../../src/gen/google/rpc/status_pb.js';

/** A call that failed. */
export class Refused extends Error {
  /** `CHAT_NOT_FOUND`, `RATE_LIMITED` and so on; undefined when it was not the server that refused. */
  readonly reason: string | undefined;

  constructor(method: string, error: ServiceError) {
    super(`${method} failed: ${error.message}`);
    this.reason = reasonOf(error);
  }
}

function reasonOf({ metadata }: ServiceError): string | undefined {
  const [bytes] = metadata.get('grpc-status-details-bin');
  if (!(bytes instanceof Uint8Array)) return undefined;
  for (const detail of fromBinary(StatusSchema, bytes).details) {
    const info = anyUnpack(detail, ErrorInfoSchema);
    if (info !== undefined) return info.reason;
  }
  return undefined;
}
