/** Plays a scenario over gRPC: sends what it says, holds every answer against the contract and against what is known. */

import type { DescMethod } from '@bufbuild/protobuf';
import { SubscribeResponseSchema, type SubscribeResponse } from '../../src/gen/veche/v1/message_pb.js';
import type { GrpcClient, ResponseStream } from '../support/grpc-client.ts';
import { GrpcError } from '../support/grpc-error.ts';
import { OPERATIONS, problems, responseSchema } from '../support/openapi-document.ts';
import { RawHttp2 } from '../support/raw-http2.ts';
import { wrongWithValue } from './answer-check.ts';
import { OF_HTTP, type Coverage } from './coverage.ts';
import { Unsound, type Attempt, type Exchange, type Json, type Outcome, type Snapshot } from './exchange.ts';
import type { RawCall } from './grpc-frames.ts';
import { METHODS, type GrpcPlan } from './grpc-plan.ts';
import { plain } from './grpc-plain.ts';
import { grpcRequest, type GrpcRequest } from './grpc-request.ts';
import type { GrpcStep } from './grpc-scenario.ts';
import { pick } from './known.ts';
import type { Play } from './scenarios.ts';
import { StreamReader } from './stream-reader.ts';
import type { World } from './world.ts';

const NEVER = new Set(['INTERNAL', 'UNKNOWN', 'DATA_LOSS', 'ABORTED', 'OUT_OF_RANGE']);
/** What the library answers to what is no call, without a reason. */
const PROTOCOL_CODES = new Set([
  'OK',
  'UNIMPLEMENTED',
  'NOT_FOUND',
  'RESOURCE_EXHAUSTED',
  'INVALID_ARGUMENT',
  'UNAUTHENTICATED',
  'DEADLINE_EXCEEDED',
]);
const BYTES_PER_CHARACTER = 4;
const ENVELOPE_BYTES = 64 * 1024;

/** One scenario on its way. */
export class GrpcPlay implements Play<GrpcStep> {
  readonly sent: string[] = [];
  readonly #world: World;
  readonly #coverage: Coverage;
  readonly #client: GrpcClient;
  readonly #streams: StreamReader[] = [];

  constructor(world: World, coverage: Coverage) {
    this.#world = world;
    this.#coverage = coverage;
    this.#client = world.app.client;
  }

  async take(step: GrpcStep): Promise<void> {
    if (step.do === 'call') await this.#callAll(step.plans);
    else if (step.do === 'pass') {
      this.sent.push(`# ${step.ms} ms later`);
      await this.#world.pass(step.ms);
    } else if (step.do === 'hang up') pick(this.#streams, step.which)?.cancel();
    else await this.#callRaw(step.call);
  }

  finish(): Promise<void> {
    return this.#world.finish(this.#streams);
  }

  close(): void {
    for (const stream of this.#streams) stream.cancel();
  }

  #callAll(plans: readonly GrpcPlan[]): Promise<void> {
    const requests = plans.map((plan) => ({ plan, request: grpcRequest(this.#world.facts, plan) }));
    return this.#world.callAtOnce(requests, ({ plan, request }, before) => this.#call(plan, request, before));
  }

  async #call({ operationId, isCancelled }: GrpcPlan, request: GrpcRequest, before: Snapshot): Promise<Exchange> {
    const method = METHODS[operationId]!;
    const { bytes, authorization } = request;
    const sent = `${method.parent.typeName}/${method.name} ${Buffer.from(bytes).toString('hex').slice(0, 2_000)} authorization: ${authorization}`;
    this.sent.push(sent);
    let answer: unknown;
    const attempt: Attempt = {
      ...request,
      describe: () => `${sent}\n${JSON.stringify(request.request)}\n${JSON.stringify(answer)}`,
    };
    const options = { metadata: authorization === undefined ? {} : { authorization } };
    try {
      if (operationId === 'subscribe') await this.#subscribe(method, attempt, bytes, options);
      else {
        const response = await this.#client.callRaw(method, bytes, {
          ...options,
          ...(isCancelled && { signal: soon() }),
        });
        answer = plain(method.output, response);
      }
    } catch (error) {
      if (!(error instanceof GrpcError)) throw error;
      const { grpcCode, reason, message } = error;
      answer = { grpcCode, reason, message };
      return { attempt, outcome: this.#refused(attempt, error, isCancelled, bytes.length), before };
    }
    const schema = responseSchema(OPERATIONS[operationId]!);
    const fault = schema && answer !== undefined ? wrongWithValue(schema, answer) : undefined;
    if (fault !== undefined) throw new Unsound(fault, attempt);
    this.#coverage.add(operationId, 'OK');
    return { attempt, outcome: { code: 'OK', body: answer as Json | undefined }, before };
  }

  #refused(attempt: Attempt, error: GrpcError, isCancelled: boolean, length: number): Outcome {
    const { grpcCode, reason, violations } = error;
    if (isCancelled && grpcCode === 'CANCELLED') return { code: undefined, body: undefined };
    const { maxMessageLength } = this.#world.facts.limits;
    const isTooLong = length > maxMessageLength * BYTES_PER_CHARACTER + ENVELOPE_BYTES;
    if (reason === undefined) {
      if (isTooLong && grpcCode === 'RESOURCE_EXHAUSTED') return { code: undefined, body: undefined };
      throw new Unsound(`${grpcCode} without a reason`, attempt);
    }
    const codes = problems(OPERATIONS[attempt.operation]!).map(({ code }) => code);
    const isKnown = codes.includes(reason) && !OF_HTTP.has(reason) && !NEVER.has(grpcCode);
    if (!isKnown) throw new Unsound(`${grpcCode} for ${reason}`, attempt);
    if (Object.keys(violations).length > 0 !== (reason === 'INVALID_ARGUMENT'))
      throw new Unsound('bad fields', attempt);
    this.#coverage.add(attempt.operation, reason);
    return { code: reason, body: undefined };
  }

  /** Resolves once the stream has begun. @throws GrpcError */
  async #subscribe(
    method: DescMethod,
    attempt: Attempt,
    bytes: Uint8Array,
    options: { readonly metadata: Readonly<Record<string, string>> },
  ): Promise<void> {
    const stream = this.#client.streamRaw(method, bytes, options) as ResponseStream<SubscribeResponse>;
    const { afterSeq } = attempt.request;
    const reader = new StreamReader(attempt, afterSeq as number | undefined, () => stream.cancel());
    const first = await stream.next();
    if (first === undefined) throw new Unsound('a stream without an event', attempt);
    takeEvent(reader, first);
    this.#streams.push(reader);
    void readOn(stream, reader);
  }

  /** Whatever it is, it is answered, and nothing is the server's fault. */
  async #callRaw({ path, headers, body }: RawCall): Promise<void> {
    this.sent.push(`${path} ${JSON.stringify(headers)} ${Buffer.from(body).toString('hex').slice(0, 200)}`);
    const raw = new RawHttp2(this.#world.app.port);
    const { http, grpc } = await raw.call(path, headers[':method'] === 'GET' ? Buffer.alloc(0) : body, headers);
    raw.close();
    const isRefused =
      http === 200 ? grpc !== undefined && PROTOCOL_CODES.has(grpc) : Number(http) >= 400 && Number(http) < 500;
    if (!isRefused) throw new Unsound(`status ${String(http)} and ${grpc} for ${this.sent.at(-1)}`);
  }
}

async function readOn(stream: ResponseStream<SubscribeResponse>, reader: StreamReader): Promise<void> {
  try {
    for (let event = await stream.next(); event !== undefined; event = await stream.next()) takeEvent(reader, event);
  } catch {
    // That it broke off is seen by what is missing.
  }
  reader.over();
}

function takeEvent(reader: StreamReader, event: SubscribeResponse): void {
  const [[name, value] = ['', {}]] = Object.entries(plain(SubscribeResponseSchema, event));
  const data = value as Json & { readonly messages?: readonly { readonly seq: number }[]; readonly seq?: number };
  reader.take({
    type: name === 'caughtUp' ? 'caught-up' : name,
    id: data.messages?.at(-1)?.seq ?? data.seq ?? NaN,
    data,
  });
}

/** Is aborted when the call is under way. */
function soon(): AbortSignal {
  const controller = new AbortController();
  setImmediate(() => controller.abort());
  return controller.signal;
}
