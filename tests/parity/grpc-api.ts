/** The gRPC API in neutral words. */

import type { DescMethod, DescMethodServerStreaming, DescMethodUnary, Message } from '@bufbuild/protobuf';
import { ERROR_CODES, type ErrorCode } from '../../src/domain/errors.ts';
import { toWireName } from '../../src/http/field-names.ts';
import { AdminService } from '../../src/gen/veche/v1/admin_pb.js';
import { ChatService } from '../../src/gen/veche/v1/chat_pb.js';
import { MessageService } from '../../src/gen/veche/v1/message_pb.js';
import { SessionService } from '../../src/gen/veche/v1/session_pb.js';
import { StatsService } from '../../src/gen/veche/v1/stats_pb.js';
import type { Method } from '../../src/service/calls.ts';
import type { GrpcClient } from '../support/grpc-client.ts';
import { GrpcError } from '../support/grpc-error.ts';
import { toOperationId } from '../support/http-words.ts';
import { OPERATIONS, responseSchema } from '../support/openapi-document.ts';
import type { Api, Events, Fields, Outcome, Refused } from './api.ts';
import { encodeRequest, readMessage, readWords } from './grpc-words.ts';

const DESCRIPTORS = new Map<string, DescMethod>(
  [SessionService, ChatService, MessageService, StatsService, AdminService].flatMap(({ methods }) =>
    methods.map((method): [string, DescMethod] => [method.name, method]),
  ),
);

/** The descriptor of a method as clients get it. @throws if the contract has none. */
export function descriptorOf(method: Method): DescMethod {
  const descriptor = DESCRIPTORS.get(method);
  if (descriptor === undefined) throw new Error(`gRPC has no ${method}`);
  return descriptor;
}

export class GrpcApi implements Api {
  readonly name = 'gRPC';
  readonly #client: GrpcClient;

  constructor(client: GrpcClient) {
    this.#client = client;
  }

  async call(method: Method, request: Fields, token?: string): Promise<Outcome> {
    const descriptor = descriptorOf(method) as DescMethodUnary;
    const bytes = encodeRequest(descriptor.input, request);
    try {
      const message = (await this.#client.callRaw(descriptor, bytes, { token })) as Message;
      return { answer: readMessage(descriptor.output, message, isUnsetWhereEmpty(method)) };
    } catch (error) {
      return { refused: readRefusal(error) };
    }
  }

  subscribe(request: Fields, token?: string): Events {
    const descriptor = descriptorOf('Subscribe') as DescMethodServerStreaming;
    const stream = this.#client.streamRaw(descriptor, encodeRequest(descriptor.input, request), { token });
    return {
      async next() {
        try {
          const message = await stream.next();
          return message === undefined ? undefined : readMessage(descriptor.output, message);
        } catch (error) {
          return readRefusal(error);
        }
      },
      leave: () => stream.cancel(),
    };
  }
}

/** Where the HTTP contract has a text absent, that of gRPC has it empty. */
function isUnsetWhereEmpty(method: Method): (name: string) => boolean {
  const { required = [] } = responseSchema(OPERATIONS[toOperationId(method)]!) ?? {};
  return (name) => !required.includes(name);
}

function readRefusal(error: unknown): Refused {
  if (!(error instanceof GrpcError)) throw error;
  const { reason, violations, retryAfterMs, correlationId } = error;
  if (!ERROR_CODES.includes(reason as ErrorCode)) throw error;
  return {
    code: reason as ErrorCode,
    message: readWords(error.message),
    fields: Object.entries(violations).map(([field, description]) => [toWireName(field), readWords(description)]),
    retryAfterMs,
    correlationId,
  };
}
