/** What somebody at a terminal is told when the server is open. */

import { isIPv6 } from 'node:net';
import type { Address } from '../lifecycle/listener.ts';
import { readVersion } from './version.ts';

/** Where to go from here. @param reflection whether a client may ask the server for its contract. */
export function welcome({ host, port }: Address, reflection: boolean): string {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const address = `${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`;
  const look = reflection ? `\n  look     grpcurl -plaintext ${address} list` : '';
  return `
Veche ${readVersion()} is open.

  docs     http://${address}/docs
  gRPC     ${address}${look}
  stop     Ctrl+C

`;
}
