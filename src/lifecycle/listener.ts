/** The one port: HTTP/1.1 stays in the HTTP server that listens, HTTP/2 is handed on. */

import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { recogniseProtocol } from './first-bytes.ts';

/** A connection must begin to speak within this time. */
const FIRST_BYTES_TIMEOUT_MS = 10_000;
/** The headers of a request must be there within this time from its start. */
const HEADERS_TIMEOUT_MS = 10_000;
/** All of a request must be there within this time. An answer may take as long as it likes. */
const REQUEST_TIMEOUT_MS = 30_000;
/** How long an idle connection is kept: longer than the 60 s after which common balancers stop using theirs. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** How often the timeouts above are looked at. */
const CHECKING_INTERVAL_MS = 5_000;

/** Where a listener listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** An open port. */
export interface Listener {
  readonly address: Address;
  /**
   * Takes no new connections and lets the running HTTP/1.1 requests finish for at most `graceMs`. Connections that were
   * handed on are their owner's business.
   */
  close(graceMs: number): Promise<void>;
}

/**
 * Opens the port.
 * @param options.port 0: any that is free.
 * @param options.onRequest answers HTTP/1.1.
 * @param options.onUnreadable gives the bytes that answer a request that is no HTTP/1.1, by the code of the error.
 * @param options.onHttp2 takes over a connection on which HTTP/2 without TLS was begun; nothing has been read from it.
 * @throws the system's error, with its `code`, when the port cannot be opened.
 */
export async function openListener(options: {
  readonly host: string;
  readonly port: number;
  readonly onRequest: RequestListener;
  readonly onUnreadable?: (code: string | undefined) => string;
  readonly onHttp2: (socket: Socket) => void;
}): Promise<Listener> {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: CHECKING_INTERVAL_MS,
      noDelay: true,
    },
    options.onRequest,
  );
  const connections = routeConnections(server, options.onHttp2);
  server.on('request', ({ socket }, response) => {
    connections.http1.set(socket, response);
    if (!server.listening) destroyOnceIdle(connections, response);
  });
  const { onUnreadable } = options;
  if (onUnreadable !== undefined) {
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      // Into an answer that is under way no other may be written.
      if (socket.writable && !isBusy(connections.http1.get(socket))) socket.write(onUnreadable(error.code));
      socket.destroy();
    });
  }
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: { host: options.host, port },
    close: (graceMs) => close(server, connections, graceMs),
  };
}

/** The connections that were not handed on. */
interface Connections {
  /** Those that have not said yet what they speak. */
  readonly silent: Set<Socket>;
  /** Those that speak HTTP/1.1, with their latest answers. */
  readonly http1: Map<Socket, ServerResponse | undefined>;
}

/** Puts a look at the first bytes before the HTTP server's own listener. */
function routeConnections(server: Server, onHttp2: (socket: Socket) => void): Connections {
  const connections: Connections = { silent: new Set(), http1: new Map() };
  const [serveHttp1] = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    // A connection that breaks is no failure of ours, whoever it belongs to by then.
    socket.on('error', () => {});
    connections.silent.add(socket);
    socket.once('close', () => {
      connections.silent.delete(socket);
      connections.http1.delete(socket);
    });
    recogniseProtocol(socket, FIRST_BYTES_TIMEOUT_MS, (protocol) => {
      connections.silent.delete(socket);
      if (protocol === 'http/2') return onHttp2(socket);
      connections.http1.set(socket, undefined);
      serveHttp1?.call(server, socket);
    });
  });
  return connections;
}

/** Those with half of a request header are idle, too: nobody answers them yet. */
function destroyIdle({ http1 }: Connections): void {
  for (const [socket, response] of http1) if (!isBusy(response)) socket.destroy();
}

function destroyOnceIdle(connections: Connections, response: ServerResponse): void {
  response.once('close', () => destroyIdle(connections));
}

/** Whether a connection's latest answer is under way; those before it are over first. */
function isBusy(response: ServerResponse | undefined): response is ServerResponse {
  return response !== undefined && !response.closed;
}

async function close(server: Server, connections: Connections, graceMs: number): Promise<void> {
  const { silent, http1 } = connections;
  server.close();
  for (const response of http1.values()) if (isBusy(response)) destroyOnceIdle(connections, response);
  destroyIdle(connections);
  for (const socket of silent) socket.destroy();
  const force = setTimeout(() => {
    for (const socket of http1.keys()) socket.destroy();
  }, graceMs);
  await Promise.all(Array.from(http1.keys(), (socket) => new Promise((resolve) => socket.once('close', resolve))));
  clearTimeout(force);
}
