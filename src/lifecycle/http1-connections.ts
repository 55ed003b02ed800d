/** The connections of a port on which HTTP/1.1 is spoken, and the server that answers them. */

import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as turnOver, setTimeout as delay } from 'node:timers/promises';
import { farewell } from './farewell.ts';
import type { Timeouts } from './timeouts.ts';

/** What answers HTTP/1.1. */
export interface Http1Handler {
  readonly onRequest: RequestListener;
  /** Gives the bytes that answer a request that is no HTTP/1.1. */
  readonly onUnreadable?: (error: UnreadableError) => string;
}

/** What the parser says of a request that it cannot read. */
interface UnreadableError {
  readonly code?: string;
  /** The bytes at which it gave up. */
  readonly rawPacket?: Buffer;
}

/**
 * How many answers may be under way on one connection. The parser gives out all requests that a packet holds, hundreds of
 * them, before it looks whether their answers are taken; nobody who means well asks for so much at once.
 */
const MAX_PIPELINED = 32;
/** Connections that began together must not all end together: by so much of it their age differs, up and down. */
const AGE_JITTER = 0.1;

/** A connection. */
interface Open {
  /** Its latest answer: those before it are over first. */
  latest?: ServerResponse;
  /** From when on its next answer is its last, on the monotonic clock. */
  readonly agesAt: number;
}

/** Serves the connections that are added to it, and only those. */
export class Http1Connections {
  /** Has to be what listens on the port: it looks at its timeouts only if it does. */
  readonly server: Server;
  readonly #serve: (socket: Socket) => void;
  readonly #open = new Map<Socket, Open>();
  readonly #maxAgeMs: number;
  #isWindingDown = false;
  #isPatient = true;
  /** Those on which an answer was under way when the next was asked for, with how many are asked for behind another. */
  readonly #pipelining = new WeakMap<Socket, number>();

  constructor({ onRequest, onUnreadable }: Http1Handler, timeouts: Timeouts) {
    this.server = createServer({
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      keepAliveTimeout: timeouts.keepAliveMs,
      connectionsCheckingInterval: timeouts.checkingIntervalMs,
      noDelay: true,
      // Whoever answers requests refuses those without, in its own words.
      requireHostHeader: false,
    });
    this.server.timeout = timeouts.stalledMs;
    this.#maxAgeMs = timeouts.maxAgeMs;
    // To Node an answer is over before all of it is on its way: it would be cut when the server closes.
    this.server.closeIdleConnections = () => {};
    const [serve] = this.server.listeners('connection');
    this.#serve = (socket) => void serve?.call(this.server, socket);
    this.server.removeAllListeners('connection');
    this.server.on('request', (request, response) => {
      if (this.#follow(request.socket, response)) onRequest(request, response);
    });
    // What else a client expects is no reason to answer otherwise; left to itself, Node does without asking anybody.
    this.server.on('checkExpectation', (request, response) => this.server.emit('request', request, response));
    if (onUnreadable === undefined) return;
    this.server.on('clientError', (error: UnreadableError, socket: Socket) => {
      this.#refuse(socket, () => onUnreadable(error));
    });
  }

  /** Answers what is asked on a connection, from its first byte on. */
  add(socket: Socket): void {
    const ageMs = this.#maxAgeMs * (1 + AGE_JITTER * (2 * Math.random() - 1));
    this.#open.set(socket, { agesAt: performance.now() + ageMs });
    socket.once('close', () => this.#open.delete(socket));
    this.#serve(socket);
  }

  /** From now on every answer is the last of its connection: who is busy comes back on another, and perhaps elsewhere. */
  windDown(): void {
    this.#isWindingDown = true;
    for (const { latest } of this.#open.values()) if (isUnderWay(latest)) latest.shouldKeepAlive = false;
  }

  /**
   * Closes idle connections, and lets running requests finish for at most `graceMs`. The server must have been closed.
   * @param patienceMs how long idle connections may still ask for something: who is cut off at that very moment does not know
   * whether it was heard.
   */
  async close(graceMs: number, patienceMs = 0): Promise<void> {
    const endsAt = performance.now() + graceMs;
    for (const { latest } of this.#open.values()) if (isUnderWay(latest)) this.#makeLast(latest);
    // What has come in by now is read within the next turn of the event loop, and is answered: a connection with it is not idle.
    await turnOver();
    await turnOver();
    if (patienceMs > 0) await this.#idleGone(Math.min(patienceMs, graceMs));
    this.#isPatient = false;
    this.#destroyIdle();
    const force = setTimeout(
      () => {
        for (const socket of this.#open.keys()) socket.destroy();
      },
      Math.max(0, endsAt - performance.now()),
    );
    await Promise.all(Array.from(this.#open.keys(), closed));
    clearTimeout(force);
  }

  /** Waits until those that are idle now have had their last answer, or were closed by their other side. */
  async #idleGone(patienceMs: number): Promise<void> {
    const idle = Array.from(this.#open).filter(([, { latest }]) => !isUnderWay(latest));
    const gone = new AbortController();
    const late = delay(patienceMs, undefined, { signal: gone.signal }).catch(() => {});
    await Promise.race([Promise.all(idle.map(([socket]) => closed(socket))), late]);
    gone.abort();
  }

  /** @returns whether the request is to be answered. */
  #follow(socket: Socket, response: ServerResponse): boolean {
    const connection = this.#open.get(socket);
    if (connection === undefined) return true;
    if (isUnderWay(connection.latest) && !this.#mayPipeline(socket, response)) {
      // Whatever is said now would be taken for the answer to something else.
      socket.destroy();
      return false;
    }
    connection.latest = response;
    if (this.#isWindingDown || performance.now() >= connection.agesAt) response.shouldKeepAlive = false;
    // Only then: a listener on every response costs.
    if (!this.server.listening) this.#makeLast(response);
    return true;
  }

  #mayPipeline(socket: Socket, response: ServerResponse): boolean {
    const count = (this.#pipelining.get(socket) ?? 0) + 1;
    this.#pipelining.set(socket, count);
    response.once('close', () => this.#pipelining.set(socket, (this.#pipelining.get(socket) ?? 0) - 1));
    return count < MAX_PIPELINED;
  }

  #makeLast(response: ServerResponse): void {
    // It says so, if its headers are still to be sent: a client that did not know might ask again, just too late.
    response.shouldKeepAlive = false;
    response.once('close', () => this.#destroyIdle());
  }

  #refuse(socket: Socket, answer: () => string): void {
    // What comes in after the last words cannot be read, either.
    if (socket.writableEnded) return;
    const latest = this.#open.get(socket)?.latest;
    if (latest === undefined || latest.closed) {
      // What cannot be read may be the rest of a request that has had its answer.
      farewell(socket, latest === undefined || latest.req.complete ? answer() : '');
      return;
    }
    // Into an answer that has begun no other may be written. A request under way must not go on after it was refused.
    const hasBegun = latest.headersSent || this.#pipelining.has(socket);
    if (socket.writable && !hasBegun) socket.write(answer());
    socket.destroy();
  }

  /** Those with half of a request header are idle, too: nobody answers them yet. */
  #destroyIdle(): void {
    if (this.#isPatient) return;
    for (const [socket, { latest }] of this.#open) if (!isUnderWay(latest)) socket.destroy();
  }
}

function closed(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.once('close', resolve));
}

function isUnderWay(response: ServerResponse | undefined): response is ServerResponse {
  return response !== undefined && !response.closed;
}
