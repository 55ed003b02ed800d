/** A small client for Veche: every method of the contract, with or without a session. */

import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { SessionService } from '../../src/gen/veche/v1/session_pb.js';
import { Refused } from './refused.ts';

/** Calls a server, at first without a session, after `enter` as the user of one. */
export class VecheClient {
  readonly #channel: Client;
  readonly #metadata = new Metadata();

  /** @param server `host:port`, or the channel of another client. */
  constructor(server: string | Client, token?: string) {
    this.#channel = typeof server === 'string' ? new Client(server, credentials.createInsecure()) : server;
    if (token !== undefined) this.#metadata.set('authorization', `Bearer ${token}`);
  }

  /** Starts a session. @returns a client that calls as its user, over the same connection. */
  async enter(displayName: string): Promise<VecheClient> {
    const { token } = await this.call(SessionService.method.createSession, { displayName });
    return new VecheClient(this.#channel, token);
  }

  /** Calls a method with one answer. @throws {Refused} if it fails. */
  call<Request extends DescMessage, Response extends DescMessage>(
    method: DescMethodUnary<Request, Response>,
    request: MessageInitShape<Request>,
  ): Promise<MessageShape<Response>> {
    return new Promise((resolve, reject) => {
      this.#channel.makeUnaryRequest(
        pathOf(method),
        (message: MessageShape<Request>) => Buffer.from(toBinary(method.input, message)),
        (bytes) => fromBinary(method.output, bytes),
        create(method.input, request),
        this.#metadata,
        (error: ServiceError | null, response) => {
          if (error !== null) reject(new Refused(method.name, error));
          else if (response !== undefined) resolve(response);
        },
      );
    });
  }

  /** Opens a stream of answers. Leaving the loop over them closes it; aborting the signal ends it. @throws {Refused} if it fails. */
  async *stream<Request extends DescMessage, Response extends DescMessage>(
    method: DescMethodServerStreaming<Request, Response>,
    request: MessageInitShape<Request>,
    signal?: AbortSignal,
  ): AsyncGenerator<MessageShape<Response>, void, undefined> {
    const responses = this.#channel.makeServerStreamRequest(
      pathOf(method),
      (message: MessageShape<Request>) => Buffer.from(toBinary(method.input, message)),
      (bytes) => fromBinary(method.output, bytes),
      create(method.input, request),
      this.#metadata,
    );
    const cancel = (): void => responses.cancel();
    signal?.addEventListener('abort', cancel);
    // Cancelling is reported as an error too, when nobody listens any more.
    responses.on('error', () => {});
    if (signal?.aborted === true) responses.cancel();
    try {
      yield* responses;
    } catch (error) {
      if (signal?.aborted !== true) throw new Refused(method.name, error as ServiceError);
    } finally {
      signal?.removeEventListener('abort', cancel);
      responses.cancel();
    }
  }

  /** Closes the connection, also for the clients that share it. */
  close(): void {
    this.#channel.close();
  }
}

function pathOf(method: { readonly parent: { readonly typeName: string }; readonly name: string }): string {
  return `/${method.parent.typeName}/${method.name}`;
}
