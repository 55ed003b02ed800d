/** Between grpc-js and typed handlers: a handler sees a plain request, a call, and for a stream where to send. */

import { constants, type ServerHttp2Stream } from 'node:http2';
import type { DescMessage, DescMethod, DescService, MessageShape } from '@bufbuild/protobuf';
import {
  Metadata,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Server,
  type ServerUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import { Refusal, type FieldViolation } from '../domain/errors.ts';
import { CallSignal } from '../service/call-signal.ts';
import type { CallTracer, TraceCall } from '../service/call-tracer.ts';
import { NO_ADDRESS, type CallerAddresses } from '../service/caller-addresses.ts';
import type { Call, Method } from '../service/calls.ts';
import { requestDecoder, responseEncoder, type DecodedRequest } from './codec.ts';
import { errorStatus } from './error-status.ts';
import { http2StreamOf } from './http2-stream-of.ts';
import type { UntakenAnswers } from './untaken-answers.ts';
import { headersOf, tracedMethod } from './traced-method.ts';

/** Answers one request, with a response or the bytes of an encoded one. */
type UnaryHandler<M extends Method, I extends DescMessage, O extends DescMessage> = (
  call: Call<M>,
  request: MessageShape<I>,
) => Promise<MessageShape<O> | Buffer | Refusal>;

/** Begins one stream of responses. A refusal ends it; nothing was sent then. */
type StreamHandler<M extends Method, I extends DescMessage, O extends DescMessage> = (
  call: Call<M>,
  request: MessageShape<I>,
  stream: ResponseStream<O>,
) => Promise<Refusal | undefined>;

/** Where the responses of a stream go. */
export interface ResponseStream<O extends DescMessage> {
  /**
   * Sends a response, or the bytes of an encoded one. `taken` is called, once and later, when the transport has taken it;
   * it is not called when the reader is gone.
   */
  send(response: MessageShape<O> | Buffer, taken: () => void): void;
  /** Ends the stream with status OK. */
  end(): void;
  /** Gives up a reader that does not take what was sent: resets the stream, and drops all that is on its way. */
  cut(): void;
}

/** A handler for every method of a service, under its name in camelCase. */
export type Handlers<S extends DescService> = {
  readonly [K in keyof S['method'] & string]: S['method'][K]['methodKind'] extends 'server_streaming'
    ? StreamHandler<MethodNamed<K>, S['method'][K]['input'], S['method'][K]['output']>
    : UnaryHandler<MethodNamed<K>, S['method'][K]['input'], S['method'][K]['output']>;
};

type MethodNamed<CamelCase extends string> = Extract<Method, Capitalize<CamelCase>>;

/** Makes the refusal of a call whose handler failed. */
export type OnFailure = (call: Call, error: unknown) => Refusal;

/** What calls of all services have in common. */
export interface AdapterHooks {
  readonly onFailure: OnFailure;
  readonly untaken: UntakenAnswers;
  readonly addresses: CallerAddresses;
  /** Absent: nobody traces. */
  readonly tracer?: CallTracer | undefined;
}

/** Adds a service to a server. */
export function addService<S extends DescService>(
  server: Server,
  service: S,
  handlers: Handlers<S>,
  hooks: AdapterHooks,
): void {
  for (const desc of service.methods) {
    const method = desc.name as Method;
    // That each handler fits its method is checked where `Handlers` is asked for; here they are all alike.
    const handler: unknown = handlers[desc.localName];
    const trace = hooks.tracer?.operation(tracedMethod(desc));
    if (desc.methodKind === 'unary') {
      register(server, desc, 'unary', bindUnary(method, handler as AnyUnaryHandler, hooks, trace));
    } else if (desc.methodKind === 'server_streaming') {
      register(server, desc, 'serverStream', bindStream(method, handler as AnyStreamHandler, hooks, trace));
    } else {
      throw new Error(`${desc.toString()} has a stream of requests, which no adapter is written for`);
    }
  }
}

/** Left to itself, the library says that compressed requests are read, which the server refuses. */
const RESPONSE_HEADERS = new Metadata();
RESPONSE_HEADERS.set('grpc-accept-encoding', 'identity');

type AnyUnaryHandler = UnaryHandler<Method, DescMessage, DescMessage>;
type AnyStreamHandler = StreamHandler<Method, DescMessage, DescMessage>;
type AnyResponse = MessageShape<DescMessage> | Buffer;

function register(
  server: Server,
  { parent, name, input, output }: DescMethod,
  type: 'unary' | 'serverStream',
  handler: handleUnaryCall<DecodedRequest, AnyResponse> | handleServerStreamingCall<DecodedRequest, AnyResponse>,
): void {
  server.register(`/${parent.typeName}/${name}`, handler, responseEncoder(output), requestDecoder(input), type);
}

function bindUnary(
  method: Method,
  handler: AnyUnaryHandler,
  { onFailure, untaken, addresses }: AdapterHooks,
  trace: TraceCall | undefined,
): handleUnaryCall<DecodedRequest, AnyResponse> {
  return (transport, respond) => {
    const call = new GrpcCall(method, transport, addresses);
    const serve = () => settle(call, onFailure, () => handler(call, transport.request.message));
    const answered = trace === undefined ? serve() : trace(headersOf(transport.metadata), serve);
    void answered.then((answer) => {
      call.signal.settle();
      if (answer instanceof Refusal) {
        respond(errorStatus(answer));
      } else {
        transport.sendMetadata(RESPONSE_HEADERS);
        respond(null, answer);
      }
      return untaken.add(http2StreamOf(transport));
    });
  };
}

function bindStream(
  method: Method,
  handler: AnyStreamHandler,
  { onFailure, untaken, addresses }: AdapterHooks,
  trace: TraceCall | undefined,
): handleServerStreamingCall<DecodedRequest, AnyResponse> {
  return (transport) => {
    const call = new GrpcCall(method, transport, addresses);
    const stream = new GrpcResponseStream(transport, untaken);
    const begin = () => settle(call, onFailure, () => handler(call, transport.request.message, stream));
    const begun = trace === undefined ? begin() : trace(headersOf(transport.metadata), begin);
    void begun.then((refusal) => (refusal === undefined ? undefined : transport.emit('error', errorStatus(refusal))));
  };
}

/** What the handler answers, or the refusal in its place. Never rejects. */
async function settle<T>(call: Call, onFailure: OnFailure, handle: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await handle();
  } catch (error) {
    return onFailure(call, error);
  }
}

type Transport = ServerUnaryCall<DecodedRequest, AnyResponse> | ServerWritableStream<DecodedRequest, AnyResponse>;

class GrpcCall implements Call {
  readonly api = 'grpc';
  readonly method: Method;
  readonly token: string | undefined;
  readonly unreadable: readonly FieldViolation[];
  readonly signal: CallSignal;
  readonly #transport: Transport;
  readonly #addresses: CallerAddresses;

  constructor(method: Method, transport: Transport, addresses: CallerAddresses) {
    this.method = method;
    this.#transport = transport;
    this.#addresses = addresses;
    this.token = bearerToken(transport.metadata);
    this.unreadable = transport.request.unreadable;
    this.signal = new CallSignal(transport);
  }

  get address(): string {
    const { metadata } = this.#transport;
    const { session } = http2StreamOf(this.#transport);
    // Of a connection that is gone nobody waits for the answer.
    if (session === undefined || session.destroyed) return NO_ADDRESS;
    return this.#addresses.of(session, session.socket, (name) => metadata.get(name).join(',') || undefined);
  }

  abandon(): void {
    this.signal.abort();
  }
}

const BEARER = /^bearer +([^ ]+)$/i;

/** The token of `authorization: Bearer <token>`; anything else is no token. */
function bearerToken(metadata: Metadata): string | undefined {
  const values = metadata.get('authorization');
  return values.length === 1 ? BEARER.exec(String(values[0]))?.[1] : undefined;
}

class GrpcResponseStream implements ResponseStream<DescMessage> {
  readonly #transport: ServerWritableStream<DecodedRequest, AnyResponse>;
  readonly #http2Stream: ServerHttp2Stream;
  readonly #untaken: UntakenAnswers;

  constructor(transport: ServerWritableStream<DecodedRequest, AnyResponse>, untaken: UntakenAnswers) {
    this.#transport = transport;
    this.#untaken = untaken;
    this.#http2Stream = http2StreamOf(transport);
  }

  send(response: AnyResponse, taken: () => void): void {
    const transport = this.#transport;
    transport.sendMetadata(RESPONSE_HEADERS);
    // When the reader is gone, what was written is called back nevertheless, or with an error, or never.
    transport.write(response, () => {
      this.#untaken.remove(this.#http2Stream);
      if (!transport.cancelled) taken();
    });
    this.#untaken.add(this.#http2Stream);
  }

  end(): void {
    this.#transport.end();
  }

  cut(): void {
    // Clients see RESOURCE_EXHAUSTED. A status could not overtake what the reader does not take.
    this.#http2Stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }
}
