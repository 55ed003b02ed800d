/** What somebody at a terminal is told when the server is open. */

import { isIPv6 } from 'node:net';
import type { ServerAddress } from '../lifecycle/ports.ts';
import { readVersion } from './version.ts';

/** What matters to whoever wants to connect. */
export interface WelcomeOptions {
  /** Whether a client may ask the server for its contract. */
  readonly reflection: boolean;
  readonly tls: boolean;
}

/** Where to go from here. */
export function welcome({ host, port, grpcPort = port }: ServerAddress, { reflection, tls }: WelcomeOptions): string {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const name = isIPv6(reachable) ? `[${reachable}]` : reachable;
  const origin = `${tls ? 'https' : 'http'}://${name}:${port}`;
  const look = reflection ? `\n  look     grpcurl ${tls ? '' : '-plaintext '}${name}:${grpcPort} list` : '';
  return `
Veche ${readVersion()} is open.

  gRPC     ${name}:${grpcPort}${look}
  HTTP     ${origin}
  docs     ${origin}/docs
  stop     Ctrl+C

`;
}
