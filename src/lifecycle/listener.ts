/** One port: HTTP/1.1 stays in the HTTP server that listens, HTTP/2 is handed on; what the port does not speak is refused. */

import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as turnOver } from 'node:timers/promises';
import type { Log } from '../service/log.ts';
import type { CertificateSource } from './certificate-source.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import { farewell } from './farewell.ts';
import { PROTOCOLS, recogniseProtocol, recogniseTls, type Protocol } from './first-bytes.ts';
import { Http1Connections, type Http1Handler } from './http1-connections.ts';
import { RefusedConnections } from './refused-connections.ts';
import { Newcomers } from './newcomers.ts';
import { DEFAULT_TIMEOUTS, type Timeouts } from './timeouts.ts';
import { createHandshakes, type Handshakes } from './tls-handshakes.ts';

/** Where a listener listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What all listeners of a server have in common. */
export interface ListenerSettings {
  /** With one, nothing is spoken in the clear. */
  readonly certificate?: CertificateSource | undefined;
  /** What somebody is told who speaks a protocol that is not served, or not the one that was negotiated. */
  readonly refusals: Readonly<Record<Protocol, string | Uint8Array>>;
  /** What somebody is told who speaks in the clear where nothing is. */
  readonly clearRefusals: Readonly<Record<Protocol, string | Uint8Array>>;
  /** Which connections are let in. */
  readonly connectionLimits: ConnectionLimits;
  /** What somebody is told who is not let in, in the clear. */
  readonly crowdedRefusals: Readonly<Record<Protocol, string | Uint8Array>>;
  readonly timeouts?: Partial<Timeouts> | undefined;
  readonly log: Log;
  /** Told of the connections that are served. */
  readonly meter?: ConnectionMeter | undefined;
}

/** What is told of connections, for whoever counts: each time one has said what it speaks, and when that one is closed. */
export interface ConnectionMeter {
  opened(protocol: Protocol): void;
  closed(protocol: Protocol): void;
}

/** What is served on a port: at least one of these. */
export interface Served {
  readonly http1?: Http1Handler;
  /** Takes over a connection on which HTTP/2 was begun; nothing has been read from it. */
  readonly onHttp2?: (socket: Socket) => void;
}

/** An open port. */
export interface Listener {
  readonly address: Address;
  /** From now on every answer over HTTP/1.1 is the last of its connection. */
  windDown(): void;
  /**
   * Takes no new connections and lets the running HTTP/1.1 requests finish for at most `graceMs`. Connections that were
   * handed on are their owner's business.
   * @param patienceMs how long connections of HTTP/1.1, and those just opened, may still ask for something, which was perhaps
   * sent before: who is cut off does not know whether it was heard.
   */
  close(graceMs: number, patienceMs?: number): Promise<void>;
}

/**
 * Opens a port.
 * @param address its port may be 0: any that is free.
 * @throws the system's error, with its `code`, when the port cannot be opened.
 */
export async function openListener(
  { host, port }: Address,
  { http1, onHttp2 }: Served,
  { certificate, refusals, clearRefusals, connectionLimits, crowdedRefusals, timeouts, log, meter }: ListenerSettings,
): Promise<Listener> {
  const limits = { ...DEFAULT_TIMEOUTS, ...timeouts };
  // It is what listens, also where it has nothing to serve.
  const http1Connections = new Http1Connections(http1 ?? { onRequest: () => {} }, limits);
  const { server } = http1Connections;
  const serve: Readonly<Record<Protocol, ((socket: Socket) => void) | undefined>> = {
    'http/1.1': http1 && ((socket) => http1Connections.add(socket)),
    'http/2': onHttp2,
  };
  const newcomers = new Newcomers();

  const accept = (socket: Socket): void => {
    // A connection that breaks is no failure of ours, whoever it belongs to by then.
    socket.on('error', () => {});
    newcomers.add(socket);
  };
  const route = (socket: Socket, negotiated?: Protocol): void => {
    accept(socket);
    recogniseProtocol(socket, limits.firstBytesMs, (protocol) => {
      const take = serve[protocol];
      if (take === undefined || (negotiated ?? protocol) !== protocol) {
        farewell(socket, refusals[protocol]);
        return;
      }
      newcomers.takenOver(socket);
      meter?.opened(protocol);
      socket.once('close', () => meter?.closed(protocol));
      take(socket);
    });
  };

  let handshakes: Handshakes | undefined;
  if (certificate !== undefined) {
    const protocols = PROTOCOLS.filter((protocol) => serve[protocol] !== undefined);
    const timeoutMs = limits.handshakeMs;
    handshakes = createHandshakes({ certificate, protocols, timeoutMs, log, onSecure: route });
  }
  const encrypt = (socket: Socket, through: Handshakes): void => {
    accept(socket);
    recogniseTls(socket, limits.handshakeMs, (isTls) => {
      if (isTls) {
        newcomers.takenOver(socket);
        through.begin(socket);
      } else {
        recogniseProtocol(socket, limits.firstBytesMs, (protocol) => farewell(socket, clearRefusals[protocol]));
      }
    });
  };
  const refused = new RefusedConnections(crowdedRefusals);
  let accepted = 0;
  server.on('connection', (socket: Socket) => {
    accepted++;
    if (!connectionLimits.admit(socket)) refused.add(socket, { isTls: handshakes !== undefined });
    else if (handshakes === undefined) route(socket);
    else encrypt(socket, handshakes);
  });

  /** Resolves in a turn of the event loop in which no new connection waits: the system resets those that wait when the port closes. */
  const nobodyWaits = async (patienceMs: number): Promise<void> => {
    const endsAt = performance.now() + patienceMs;
    let before: number;
    do {
      before = accepted;
      // The first may come before the system is asked the next time.
      await turnOver();
      await turnOver();
    } while (accepted > before && performance.now() < endsAt);
  };

  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    handshakes?.close();
    throw error;
  }
  return {
    address: { host, port: (server.address() as AddressInfo).port },
    windDown: () => http1Connections.windDown(),
    async close(graceMs, patienceMs = 0) {
      const begunAt = performance.now();
      http1Connections.windDown();
      if (patienceMs > 0) await nobodyWaits(patienceMs);
      server.close();
      handshakes?.close();
      refused.close();
      await newcomers.close(Math.min(patienceMs, graceMs));
      const passedMs = performance.now() - begunAt;
      await http1Connections.close(graceMs - passedMs, patienceMs - passedMs);
    },
  };
}
