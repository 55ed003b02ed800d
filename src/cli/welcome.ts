/** What somebody at a terminal is told when the server is open. */

import { isIPv6 } from 'node:net';
import type { Config } from '../config/config.ts';
import type { ServerAddress } from '../lifecycle/ports.ts';
import { readVersion } from '../lifecycle/version.ts';

const KEPT: Readonly<Record<Config['storage'], string>> = {
  memory: 'in memory, until it stops',
  redis: 'in Redis',
  postgres: 'in PostgreSQL',
};

/** The URL by which the HTTP API is reached from this machine. */
export function originOf({ host, port }: ServerAddress, { tls }: Pick<Config, 'tls'>): string {
  return `${tls === undefined ? 'http' : 'https'}://${reachable(host)}:${port}`;
}

/** Where to go from here. */
export function welcome(
  address: ServerAddress,
  { reflection, storage, tls }: Pick<Config, 'reflection' | 'storage' | 'tls'>,
): string {
  const { host, port, grpcPort = port, ops } = address;
  const name = reachable(host);
  const origin = originOf(address, { tls });
  // The certificate need not be one that this machine trusts.
  const trust = tls === undefined ? '-plaintext' : `-cacert ${quoted(tls.certPath)}${identity(tls)}`;
  const look = reflection ? `\n  look     grpcurl ${trust} ${name}:${grpcPort} list` : '';
  return `
Veche ${readVersion()} is open.

  gRPC     ${name}:${grpcPort}${look}
  HTTP     ${origin}
  docs     ${origin}/docs
  metrics  ${ops === undefined ? origin : originOf(ops, { tls: undefined })}/metrics
  kept     ${KEPT[storage]}
  stop     Ctrl+C

`;
}

function reachable(host: string): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return isIPv6(name) ? `[${name}]` : name;
}

/** Whose certificate a client shows is its own business. */
function identity({ clientCaPath }: NonNullable<Config['tls']>): string {
  return clientCaPath === undefined ? '' : ' -cert CLIENT.pem -key CLIENT-KEY.pem';
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
