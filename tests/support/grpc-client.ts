/** A typed gRPC client for tests, which can also send bytes that no client would. */

import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { GrpcError } from './grpc-error.ts';

/** What a call carries besides its request. */
export interface CallOptions {
  readonly token?: string | undefined;
  /** Milliseconds from now. */
  readonly deadlineMs?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
}

/** The responses of a stream as they come. Refusals and broken streams are thrown as GrpcError. */
export interface ResponseStream<T> extends AsyncIterable<T> {
  /** The next response; undefined after the last. */
  next(): Promise<T | undefined>;
  /** Everything up to the end. */
  rest(): Promise<T[]>;
  cancel(): void;
}

/** One connection to a server. */
export class GrpcClient {
  readonly #client: Client;

  /**
   * @param trusted the certificate that a server with TLS must show.
   * @param own what the client shows of itself, if it shows anything.
   * @param serviceConfig what is done about failures; absent: nothing.
   */
  constructor(
    address: string,
    trusted?: Buffer,
    own?: { readonly key: Buffer; readonly cert: Buffer },
    serviceConfig?: object,
  ) {
    const channel =
      trusted === undefined ? credentials.createInsecure() : credentials.createSsl(trusted, own?.key, own?.cert);
    this.#client = new Client(address, channel, {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': -1,
      ...(serviceConfig !== undefined && { 'grpc.service_config': JSON.stringify(serviceConfig) }),
      ...(trusted !== undefined && { 'grpc.ssl_target_name_override': 'localhost' }),
    });
  }

  /** Calls a method. @throws GrpcError */
  call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    options: CallOptions = {},
  ): Promise<MessageShape<O>> {
    return this.callRaw(method, toBinary(method.input, create(method.input, request)), options);
  }

  /** Calls a method with these bytes for a request. @throws GrpcError */
  callRaw<O extends DescMessage>(
    method: DescMethod & { readonly output: O },
    request: Uint8Array,
    options: CallOptions = {},
  ): Promise<MessageShape<O>> {
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        ...transportArguments(method, request, options),
        (error: ServiceError | null, response: MessageShape<O> | undefined) => {
          if (error === null) resolve(response!);
          else reject(new GrpcError(error));
        },
      );
      cancelOn(options.signal, call);
    });
  }

  /** Opens a stream. */
  stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
    options: CallOptions = {},
  ): ResponseStream<MessageShape<O>> {
    return this.streamRaw(method, toBinary(method.input, create(method.input, request)), options);
  }

  /** Opens a stream with these bytes for a request. */
  streamRaw<O extends DescMessage>(
    method: DescMethod & { readonly output: O },
    request: Uint8Array,
    options: CallOptions = {},
  ): ResponseStream<MessageShape<O>> {
    const call = this.#client.makeServerStreamRequest(...transportArguments(method, request, options));
    cancelOn(options.signal, call);
    // What is not being waited for must not end the test run: cancelling is reported as an error, too.
    call.on('error', () => {});
    const responses = (async function* () {
      try {
        yield* call as AsyncIterable<MessageShape<O>>;
      } catch (error) {
        throw new GrpcError(error as ServiceError);
      } finally {
        call.cancel();
      }
    })();
    return {
      [Symbol.asyncIterator]: () => responses,
      next: async () => {
        const result = await responses.next();
        return result.done === true ? undefined : result.value;
      },
      rest: async () => {
        const all: MessageShape<O>[] = [];
        for await (const response of responses) all.push(response);
        return all;
      },
      cancel: () => call.cancel(),
    };
  }

  close(): void {
    this.#client.close();
  }
}

/** What a call of either kind is made with. */
function transportArguments<O extends DescMessage>(
  { parent, name, output }: DescMethod & { readonly output: O },
  request: Uint8Array,
  { token, deadlineMs, metadata }: CallOptions,
) {
  return [
    `/${parent.typeName}/${name}`,
    (bytes: Uint8Array): Buffer => Buffer.from(bytes),
    (bytes: Buffer): MessageShape<O> => fromBinary(output, bytes),
    request,
    toMetadata(token, metadata),
    deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs },
  ] as const;
}

function cancelOn(signal: AbortSignal | undefined, call: { cancel(): void }): void {
  signal?.addEventListener('abort', () => call.cancel());
}

function toMetadata(token: string | undefined, values: Readonly<Record<string, string>> = {}): Metadata {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  for (const [key, value] of Object.entries(values)) metadata.set(key, value);
  return metadata;
}
