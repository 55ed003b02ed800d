/** What proxies say of where a call comes from: each adds the address that it was called from, so the last is the nearest. */

import { isIP } from 'node:net';

/** The addresses of `X-Forwarded-For`, the nearest first; undefined in the place of one that is none. */
export function xForwardedForHops(header: string): readonly (string | undefined)[] {
  return header
    .split(',')
    .map((hop) => addressOf(hop.trim()))
    .toReversed();
}

/** The addresses of `Forwarded` (RFC 7239), in the same way. */
export function forwardedHops(header: string): readonly (string | undefined)[] {
  return header
    .split(',')
    .map((hop) => {
      const [, value = ''] = /(?:^|;)\s*for\s*=\s*([^;]*)/i.exec(hop.trim()) ?? [];
      return addressOf(value.trim().replace(/^"(.*)"$/, '$1'));
    })
    .toReversed();
}

/** With a port or without; IPv6 with one is in brackets. */
function addressOf(node: string): string | undefined {
  const [, inBrackets] = /^\[([\da-f:.]+)\](?::\d+)?$/i.exec(node) ?? [];
  if (inBrackets !== undefined) return isIP(inBrackets) === 6 ? inBrackets : undefined;
  const address = node.replace(/^([\d.]+):\d+$/, '$1');
  return isIP(address) === 0 ? undefined : address;
}
