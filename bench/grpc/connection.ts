/**
 * A gRPC client that costs little: Node's own HTTP/2 and ready-made request frames, so that the load is not the limit.
 */

import type { DescMessage, DescMethod, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { once } from 'node:events';
import { connect, type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import { ChatService } from '../../src/gen/veche/v1/chat_pb.js';
import { MessageService } from '../../src/gen/veche/v1/message_pb.js';
import { SessionService } from '../../src/gen/veche/v1/session_pb.js';
import type { Connection } from '../api.ts';

const WINDOW_BYTES = 16 * 1024 * 1024;
const FRAME_HEADER_BYTES = 5;

/** A method with its types. */
export type Method<I extends DescMessage, O extends DescMessage> = DescMethod & {
  readonly input: I;
  readonly output: O;
};

/** A call ready to be sent any number of times. */
export interface PreparedCall {
  readonly headers: Readonly<Record<string, string>>;
  readonly frame: Buffer;
}

/** Encodes a call of a method, with the token of a session if it needs one. */
export function prepareCall<I extends DescMessage, O extends DescMessage>(
  method: Method<I, O>,
  request: MessageInitShape<I>,
  token?: string,
): PreparedCall {
  const message = toBinary(method.input, create(method.input, request));
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, FRAME_HEADER_BYTES);
  const headers = {
    ':method': 'POST',
    ':path': `/${method.parent.typeName}/${method.name}`,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  return { headers, frame };
}

export class GrpcConnection implements Connection<PreparedCall> {
  readonly #session: ClientHttp2Session;

  private constructor(session: ClientHttp2Session) {
    this.#session = session;
  }

  static async open(port: number): Promise<GrpcConnection> {
    const session = connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: WINDOW_BYTES } });
    await once(session, 'connect');
    session.setLocalWindowSize(WINDOW_BYTES);
    return new GrpcConnection(session);
  }

  async createSession(displayName: string): Promise<string> {
    const { token } = await this.ask(SessionService.method.createSession, { displayName });
    return token;
  }

  async createChat(token: string, maxMessages?: number): Promise<string> {
    const request = maxMessages === undefined ? {} : { maxMessages: BigInt(maxMessages) };
    const { chat } = await this.ask(ChatService.method.createChat, request, token);
    if (chat === undefined) throw new Error('no chat');
    return chat.id;
  }

  /** Calls a method and decodes its answer. */
  async ask<I extends DescMessage, O extends DescMessage>(
    method: Method<I, O>,
    request: MessageInitShape<I>,
    token?: string,
  ): Promise<MessageShape<O>> {
    const answer = await this.send(prepareCall(method, request, token));
    return fromBinary(method.output, answer.subarray(FRAME_HEADER_BYTES));
  }

  /** Sends a call; @returns its answer, still framed. @throws Error unless its status is OK. */
  async send(call: PreparedCall): Promise<Buffer> {
    const chunks: Buffer[] = [];
    await this.#stream(call, (chunk) => chunks.push(chunk));
    return Buffer.concat(chunks);
  }

  subscribe(token: string, chatId: string, onEvent: (bytes: Buffer) => void): Promise<void> {
    return this.#stream(prepareCall(MessageService.method.subscribe, { chatId }, token), unframe(onEvent));
  }

  /** Sends a call and hands over what comes, as it comes; resolves when it ends with status OK. */
  #stream({ headers, frame }: PreparedCall, onChunk: (chunk: Buffer) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const stream: ClientHttp2Stream = this.#session.request(headers);
      let end: IncomingHttpHeaders = {};
      stream
        .on('response', (headers) => (end = headers))
        .on('trailers', (trailers) => (end = trailers))
        .on('data', onChunk)
        .on('error', reject)
        .on('close', () => {
          if (end['grpc-status'] === '0') resolve();
          else reject(new Error(`${headers[':path']}: ${String(end['grpc-status'])} ${String(end['grpc-message'])}`));
        });
      stream.end(frame);
    });
  }

  close(): void {
    this.#session.destroy();
  }
}

/** Puts the gRPC messages of one stream together again. @returns a function for its chunks. */
function unframe(onMessage: (bytes: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= FRAME_HEADER_BYTES) {
      const end = FRAME_HEADER_BYTES + rest.readUInt32BE(1);
      if (rest.length < end) return;
      onMessage(rest.subarray(FRAME_HEADER_BYTES, end));
      rest = rest.subarray(end);
    }
  };
}
