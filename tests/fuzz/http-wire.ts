/** Sends requests that no client would, and takes the answers as they are. */

import { once } from 'node:events';
import { Agent, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { WireRequest } from './http-request.ts';

/** An answer as it came. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A client of a server at a port. */
export class HttpWire {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });

  constructor(port: number) {
    this.#port = port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Sends a request and waits for all of its answer. */
  async call(wire: WireRequest): Promise<WireAnswer> {
    const response = await this.begin(wire);
    return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
  }

  /** Sends a request and waits for the beginning of its answer. */
  async begin({ method, path, headers, body, isChunked }: WireRequest): Promise<IncomingMessage> {
    const length = body === undefined || isChunked ? {} : { 'content-length': body.length };
    const outgoing = request({
      host: '127.0.0.1',
      port: this.#port,
      agent: this.#agent,
      method,
      path,
      headers: { ...headers, ...length },
    });
    if (body !== undefined && isChunked) outgoing.setHeader('transfer-encoding', 'chunked');
    const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
    outgoing.end(body);
    const [response] = await answered;
    outgoing.on('error', () => {});
    return response;
  }

  /** Sends bytes and an end. @returns what came back until the connection was closed */
  async raw(bytes: Uint8Array): Promise<string> {
    const socket = connect({ port: this.#port, host: '127.0.0.1', allowHalfOpen: true });
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
    const closed = new Promise((resolve) => socket.once('end', resolve).once('close', resolve));
    socket.on('error', () => {});
    socket.end(bytes);
    await closed;
    socket.destroy();
    return Buffer.concat(chunks).toString('latin1');
  }

  close(): void {
    this.#agent.destroy();
  }
}
