/** Turns new connections into encrypted ones, before anything else is known of them. */

import type { Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Log } from '../service/log.ts';
import type { CertificateSource } from './certificate-source.ts';
import { MIN_TLS_VERSION } from './certificate.ts';
import type { Protocol } from './first-bytes.ts';

/** What protocols are called in the negotiation of TLS (ALPN). */
const ALPN_NAMES: Readonly<Record<Protocol, string>> = { 'http/1.1': 'http/1.1', 'http/2': 'h2' };

/** What handshakes are made with. */
export interface HandshakeOptions {
  readonly certificate: CertificateSource;
  /** What is offered to clients, the best first. */
  readonly protocols: readonly Protocol[];
  readonly timeoutMs: number;
  readonly log: Log;
  /** Takes over an encrypted connection. What is negotiated is all that may be spoken; a client need not negotiate. */
  readonly onSecure: (socket: Socket, negotiated: Protocol | undefined) => void;
}

/** The handshakes of one port. */
export interface Handshakes {
  /** Begins one. A connection on which it fails is closed. */
  begin(socket: Socket): void;
  /** Cuts those under way. */
  close(): void;
}

/** Makes handshakes with whatever certificate is the current one when they begin. */
export function createHandshakes({ certificate, protocols, timeoutMs, log, onSecure }: HandshakeOptions): Handshakes {
  const begun = new Map<string, Socket>();
  const server = createServer({
    ...contextOptions(certificate),
    handshakeTimeout: timeoutMs,
    // Whether there are authorities is settled at the start; who they are follows the files.
    requestCert: certificate.current.clientCa !== undefined,
    rejectUnauthorized: true,
    // Without a match the library refuses the client with the alert that is made for this.
    ALPNCallback: (offer) => protocols.map((name) => ALPN_NAMES[name]).find((name) => offer.protocols.includes(name)),
  });
  server.on('secureConnection', (socket) => {
    begun.delete(ends(socket));
    onSecure(
      socket,
      protocols.find((name) => ALPN_NAMES[name] === socket.alpnProtocol),
    );
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    socket.destroy();
    // Whoever can reach the port can make it fail, as often as they like. A certificate that will not do is told here alone:
    // the platform ends the connection without a word.
    const { authorizationError } = socket;
    log.debug({ code: error.code, ...(authorizationError && { authorizationError }) }, 'a TLS handshake failed');
  });
  const stopFollowing = certificate.onChange(() => server.setSecureContext(contextOptions(certificate)));

  return {
    begin(socket) {
      const key = ends(socket);
      begun.set(key, socket);
      socket.once('close', () => begun.delete(key));
      // Who hangs up is gone. Sockets accepted by an HTTP server would stay, open in one direction.
      socket.allowHalfOpen = false;
      server.emit('connection', socket);
    },
    close() {
      stopFollowing();
      for (const socket of begun.values()) socket.destroy();
    },
  };
}

/**
 * What a handshake goes by. A new context makes new keys for the tickets by which clients resume: who comes with an old one
 * is looked at anew.
 */
function contextOptions({ current: { cert, key, clientCa } }: CertificateSource) {
  return { cert, key, minVersion: MIN_TLS_VERSION, ...(clientCa !== undefined && { ca: clientCa }) } as const;
}

/** The same for a connection and the encrypted one on it, which do not know each other. */
function ends({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
