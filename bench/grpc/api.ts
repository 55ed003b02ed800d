/** The load over gRPC. */

import { fromBinary } from '@bufbuild/protobuf';
import { MessageService, SubscribeResponseSchema } from '../../src/gen/veche/v1/message_pb.js';
import type { Api } from '../api.ts';
import { GrpcConnection, prepareCall, type PreparedCall } from './connection.ts';

export const GRPC: Api<PreparedCall> = {
  name: 'gRPC',
  connections: 4,
  streamsPerConnection: 50,
  bareServer: 'grpc/bare-server.ts',
  connect: (port) => GrpcConnection.open(port),
  preparePost: ({ token, ...request }) => prepareCall(MessageService.method.postMessage, request, token),
  readEvent: (bytes) => {
    const { event } = fromBinary(SubscribeResponseSchema, bytes);
    if (event.case === 'caughtUp') return { type: 'caught-up', seq: Number(event.value.seq) };
    if (event.case !== 'messages') throw new Error(`a stream was sent ${event.case}`);
    return { type: 'messages', seqs: event.value.messages.map(({ seq }) => Number(seq)) };
  },
};
