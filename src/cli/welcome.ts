/** What somebody at a terminal is told when the server is open. */

import { isIPv6 } from 'node:net';
import type { Config } from '../config/config.ts';
import type { ServerAddress } from '../lifecycle/ports.ts';
import { readVersion } from './version.ts';

const KEPT: Readonly<Record<Config['storage'], string>> = {
  memory: 'in memory, until it stops',
  redis: 'in Redis',
  postgres: 'in PostgreSQL',
};

/** Where to go from here. */
export function welcome(
  { host, port, grpcPort = port }: ServerAddress,
  { reflection, storage, tls }: Pick<Config, 'reflection' | 'storage' | 'tls'>,
): string {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const name = isIPv6(reachable) ? `[${reachable}]` : reachable;
  const origin = `${tls === undefined ? 'http' : 'https'}://${name}:${port}`;
  const look = reflection
    ? `\n  look     grpcurl ${tls === undefined ? '-plaintext ' : ''}${name}:${grpcPort} list`
    : '';
  return `
Veche ${readVersion()} is open.

  gRPC     ${name}:${grpcPort}${look}
  HTTP     ${origin}
  docs     ${origin}/docs
  kept     ${KEPT[storage]}
  stop     Ctrl+C

`;
}
