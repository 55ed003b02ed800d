/** Clients of a server that speaks TLS, below the level of a library for HTTP. */

import { once } from 'node:events';
import { get, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { FIRST } from './certificates.ts';

/** Connects and completes the handshake. @throws what the handshake fails with. */
export async function connectTls(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ca: FIRST.cert, ...options });
  await once(socket, 'secureConnect');
  socket.on('error', () => {});
  return socket;
}

/** Asks for a path on a connection of its own. */
export async function httpsGet(
  port: number,
  path: string,
  options: RequestOptions = {},
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const request = get({ port, host: '127.0.0.1', path, ca: FIRST.cert, agent: false, ...options });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: await text(response) };
}

/** The name in the certificate that a server shows to a new connection. */
export async function shownCertificate(port: number): Promise<string> {
  const socket = await connectTls(port, { rejectUnauthorized: false });
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}
