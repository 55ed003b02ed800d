/** Between grpc-js and typed handlers: a handler sees a plain request, a call, and for a stream where to send. */

import type { DescMessage, DescMethod, DescService, MessageShape } from '@bufbuild/protobuf';
import type {
  handleServerStreamingCall,
  handleUnaryCall,
  Metadata,
  Server,
  ServerUnaryCall,
  ServerWritableStream,
} from '@grpc/grpc-js';
import { Refusal } from '../domain/errors.ts';
import type { Call, Method } from '../service/calls.ts';
import { requestDecoder, responseEncoder, UndecodableRequest } from './codec.ts';
import { errorStatus } from './error-status.ts';

/** Answers one request, with a response or the bytes of an encoded one. */
type UnaryHandler<I extends DescMessage, O extends DescMessage> = (
  call: Call,
  request: MessageShape<I>,
) => Promise<MessageShape<O> | Buffer | Refusal>;

/** Begins one stream of responses. A refusal ends it; nothing was sent then. */
type StreamHandler<I extends DescMessage, O extends DescMessage> = (
  call: Call,
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
}

/** A handler for every method of a service, under its name in camelCase. */
export type Handlers<S extends DescService> = {
  readonly [K in keyof S['method']]: S['method'][K]['methodKind'] extends 'server_streaming'
    ? StreamHandler<S['method'][K]['input'], S['method'][K]['output']>
    : UnaryHandler<S['method'][K]['input'], S['method'][K]['output']>;
};

/** What answers where a handler cannot. */
export interface Fallbacks {
  /** The refusal of a request that could not be decoded. */
  undecodable(call: Call, request: UndecodableRequest): Promise<Refusal>;
  /** The refusal of a call whose handler failed. */
  failed(method: Method, error: unknown): Refusal;
}

/** Adds a service to a server. */
export function addService<S extends DescService>(
  server: Server,
  service: S,
  handlers: Handlers<S>,
  fallbacks: Fallbacks,
): void {
  for (const desc of service.methods) {
    const method = desc.name as Method;
    // That each handler fits its method is checked where `Handlers` is asked for; here they are all alike.
    const handler: unknown = handlers[desc.localName];
    if (desc.methodKind === 'unary') {
      register(server, desc, 'unary', bindUnary(method, handler as AnyUnaryHandler, fallbacks));
    } else if (desc.methodKind === 'server_streaming') {
      register(server, desc, 'serverStream', bindStream(method, handler as AnyStreamHandler, fallbacks));
    } else {
      throw new Error(`${desc.toString()} has a stream of requests, which no adapter is written for`);
    }
  }
}

type AnyUnaryHandler = UnaryHandler<DescMessage, DescMessage>;
type AnyStreamHandler = StreamHandler<DescMessage, DescMessage>;
type AnyRequest = MessageShape<DescMessage> | UndecodableRequest;
type AnyResponse = MessageShape<DescMessage> | Buffer;

function register(
  server: Server,
  { parent, name, input, output }: DescMethod,
  type: 'unary' | 'serverStream',
  handler: handleUnaryCall<AnyRequest, AnyResponse> | handleServerStreamingCall<AnyRequest, AnyResponse>,
): void {
  server.register(`/${parent.typeName}/${name}`, handler, responseEncoder(output), requestDecoder(input), type);
}

function bindUnary(
  method: Method,
  handler: AnyUnaryHandler,
  fallbacks: Fallbacks,
): handleUnaryCall<AnyRequest, AnyResponse> {
  return (transport, respond) => {
    const call = new GrpcCall(method, transport);
    void settle(call, transport.request, fallbacks, (request) => handler(call, request)).then((answer) => {
      call.isAnswered = true;
      return answer instanceof Refusal ? respond(errorStatus(answer)) : respond(null, answer);
    });
  };
}

function bindStream(
  method: Method,
  handler: AnyStreamHandler,
  fallbacks: Fallbacks,
): handleServerStreamingCall<AnyRequest, AnyResponse> {
  return (transport) => {
    const call = new GrpcCall(method, transport);
    const stream = new GrpcResponseStream(transport);
    void settle(call, transport.request, fallbacks, (request) => handler(call, request, stream)).then((refusal) =>
      refusal === undefined ? undefined : transport.emit('error', errorStatus(refusal)),
    );
  };
}

/** What the handler answers, or what answers in its place. Never rejects. */
async function settle<T>(
  call: GrpcCall,
  request: AnyRequest,
  fallbacks: Fallbacks,
  handle: (request: MessageShape<DescMessage>) => Promise<T>,
): Promise<T | Refusal> {
  try {
    if (request instanceof UndecodableRequest) return await fallbacks.undecodable(call, request);
    return await handle(request);
  } catch (error) {
    return fallbacks.failed(call.method, error);
  }
}

type Transport = ServerUnaryCall<AnyRequest, AnyResponse> | ServerWritableStream<AnyRequest, AnyResponse>;

/** Why a signal is aborted. One for all, because an error for each would cost more than most calls. */
const CALL_OVER = new Error('nobody waits for this call any more');

class GrpcCall implements Call {
  readonly method: Method;
  readonly token: string | undefined;
  /** The transport reports the end of an answered call as a cancelling, too: that one aborts nothing. */
  isAnswered = false;
  readonly #transport: Transport;
  #controller: AbortController | undefined;

  constructor(method: Method, transport: Transport) {
    this.method = method;
    this.token = bearerToken(transport.metadata);
    this.#transport = transport;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#transport.cancelled) this.abandon();
      else this.#transport.once('cancelled', () => this.isAnswered || this.abandon());
    }
    return this.#controller.signal;
  }

  abandon(): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(CALL_OVER);
  }
}

const BEARER = /^bearer +([^ ]+)$/i;

/** The token of `authorization: Bearer <token>`; anything else is no token. */
function bearerToken(metadata: Metadata): string | undefined {
  const values = metadata.get('authorization');
  return values.length === 1 ? BEARER.exec(String(values[0]))?.[1] : undefined;
}

class GrpcResponseStream implements ResponseStream<DescMessage> {
  readonly #transport: ServerWritableStream<AnyRequest, AnyResponse>;

  constructor(transport: ServerWritableStream<AnyRequest, AnyResponse>) {
    this.#transport = transport;
  }

  send(response: AnyResponse, taken: () => void): void {
    const transport = this.#transport;
    // When the reader is gone, what was written is called back nevertheless, or with an error, or never.
    transport.write(response, () => {
      if (!transport.cancelled) taken();
    });
  }

  end(): void {
    this.#transport.end();
  }
}
