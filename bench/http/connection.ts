/**
 * An HTTP/1.1 client that costs little: a socket, ready-made requests, and no more of a parser than our servers' answers
 * need, so that the load is not the limit. One request at a time.
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Connection } from '../api.ts';
import { bodyReader, type BodyReader } from './body-reader.ts';

const END_OF_HEAD = '\r\n\r\n';

/** Writes a request that can be sent any number of times. */
export function prepareRequest(
  method: 'GET' | 'POST',
  path: string,
  { token, body }: { readonly token?: string | undefined; readonly body?: object },
): Buffer {
  const json = body === undefined ? undefined : JSON.stringify(body);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
    ...(json === undefined ? [] : ['content-type: application/json', `content-length: ${Buffer.byteLength(json)}`]),
  ];
  return Buffer.from(lines.join('\r\n') + END_OF_HEAD + (json ?? ''));
}

/** What waits for the answer that is under way. */
interface Exchange {
  readonly request: Buffer;
  readonly onBody: (bytes: Buffer) => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class HttpConnection implements Connection<Buffer> {
  readonly #socket: Socket;
  #exchange: Exchange | undefined;
  /** Of the answer's body; absent until its head is there. */
  #readBody: BodyReader | undefined;
  /** Bytes of a head that is not complete. */
  #head: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket
      .on('data', (chunk) => this.#receive(chunk))
      .on('error', (error) => this.#exchange?.reject(error))
      .on('close', () => this.#exchange?.reject(new Error('the server has closed the connection')));
  }

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new HttpConnection(socket);
  }

  async createSession(displayName: string): Promise<string> {
    const { token } = await this.#ask<{ token: string }>('/v1/sessions', { body: { displayName } });
    return token;
  }

  async createChat(token: string, maxMessages?: number): Promise<string> {
    const body = maxMessages === undefined ? {} : { maxMessages };
    const { chat } = await this.#ask<{ chat: { id: string } }>('/v1/chats', { token, body });
    return chat.id;
  }

  async send(request: Buffer): Promise<Buffer> {
    const chunks: Buffer[] = [];
    await this.#begin(request, (bytes) => chunks.push(bytes));
    return Buffer.concat(chunks);
  }

  async subscribe(token: string, chatId: string, onEvent: (bytes: Buffer) => void): Promise<void> {
    const request = prepareRequest('GET', `/v1/chats/${chatId}/events`, { token });
    let rest: Buffer = Buffer.alloc(0);
    await this.#begin(request, (bytes) => {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      for (let end = rest.indexOf('\n\n'); end !== -1; end = rest.indexOf('\n\n')) {
        onEvent(rest.subarray(0, end));
        rest = rest.subarray(end + 2);
      }
    });
  }

  close(): void {
    this.#exchange = undefined;
    this.#socket.destroy();
  }

  async #ask<T>(path: string, parts: { readonly token?: string; readonly body: object }): Promise<T> {
    return JSON.parse((await this.send(prepareRequest('POST', path, parts))).toString()) as T;
  }

  #begin(request: Buffer, onBody: Exchange['onBody']): Promise<void> {
    if (this.#exchange !== undefined) throw new Error('one request at a time');
    return new Promise((resolve, reject) => {
      this.#exchange = { request, onBody, resolve, reject };
      this.#socket.write(request);
    });
  }

  #receive(chunk: Buffer): void {
    if (this.#exchange === undefined) return;
    let bytes = chunk;
    if (this.#readBody === undefined) {
      this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
      const end = this.#head.indexOf(END_OF_HEAD);
      if (end === -1) return;
      const head = this.#head.toString('latin1', 0, end);
      bytes = this.#head.subarray(end + END_OF_HEAD.length);
      this.#head = Buffer.alloc(0);
      if (!head.startsWith('HTTP/1.1 20')) {
        const [requestLine] = this.#exchange.request.toString().split('\r\n', 1);
        this.#exchange.reject(new Error(`${requestLine}: ${head}\n${bytes.toString()}`));
        return;
      }
      this.#readBody = bodyReader(head, this.#exchange.onBody);
    }
    if (!this.#readBody(bytes)) return;
    const { resolve } = this.#exchange;
    this.#exchange = undefined;
    this.#readBody = undefined;
    resolve();
  }
}
