/** Whether the admin token would cross a network that anybody may listen to. */

import { BlockList, isIP } from 'node:net';
import type { Config } from '../config/config.ts';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether operators show their token to a server that is reached from elsewhere and encrypts nothing itself. */
export function isAdminTokenInClear({ adminToken, tls, host }: Pick<Config, 'adminToken' | 'tls' | 'host'>): boolean {
  return adminToken !== undefined && tls === undefined && !isLoopback(host);
}

function isLoopback(host: string): boolean {
  const version = isIP(host);
  return version === 0 ? host.toLowerCase() === 'localhost' : LOOPBACK.check(host, version === 4 ? 'ipv4' : 'ipv6');
}
