/** What traces say of a gRPC method. */

import type { DescMethod } from '@bufbuild/protobuf';
import { status as Code, type Metadata } from '@grpc/grpc-js';
import type { ReadHeader, TracedOperation } from '../service/call-tracer.ts';
import type { Method } from '../service/calls.ts';
import { GRPC_CODES } from './error-status.ts';

/** Named as gRPC names it: `veche.v1.MessageService/PostMessage`. */
export function tracedMethod({ parent, name }: DescMethod): TracedOperation {
  const fullName = `${parent.typeName}/${name}`;
  return {
    name: fullName,
    method: name as Method,
    attributes: { 'rpc.system.name': 'grpc', 'rpc.method': fullName },
    answered: (_answer, refusal) => ({
      'rpc.status_code': Code[refusal === undefined ? Code.OK : GRPC_CODES[refusal]] ?? '',
    }),
  };
}

/** The headers of a call. */
export function headersOf(metadata: Metadata): ReadHeader {
  return (name) => {
    const values = metadata.get(name);
    return values.length === 1 ? String(values[0]) : undefined;
  };
}
