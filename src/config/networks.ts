/** The setting that names networks. */

import { isIP } from 'node:net';
import type { Network } from '../domain/caller-network.ts';
import type { Kind } from './setting.ts';

const ADDRESS_BITS: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

/** Addresses and networks separated by commas. */
export function networkList(): Kind<readonly Network[]> {
  return {
    metavar: 'networks',
    allowed: 'IP addresses and networks like 10.0.0.0/8 or fd00::/8, separated by commas',
    read: readNetworks,
    write: (networks) => networks.map(writeNetwork).join(','),
  };
}

function readNetworks(text: string): readonly Network[] | undefined {
  const networks = text.split(',').map((part) => readNetwork(part.trim()));
  return networks.every((network) => network !== undefined) ? networks : undefined;
}

function readNetwork(text: string): Network | undefined {
  const [, address = '', prefix] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bits = ADDRESS_BITS[isIP(address)];
  if (bits === undefined) return undefined;
  const prefixBits = Number(prefix ?? bits);
  return prefixBits <= bits ? { address, prefixBits } : undefined;
}

function writeNetwork({ address, prefixBits }: Network): string {
  return prefixBits === ADDRESS_BITS[isIP(address)] ? address : `${address}/${prefixBits}`;
}
