/** Which addresses count as one: whoever has an IPv6 address has all of its /64. */

import { isIPv6 } from 'node:net';

const GROUPS = 8;
const NETWORK_GROUPS = 4;
const IPV4_IN_IPV6 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** The network that an address counts for: of IPv4 the address itself, of IPv6 its first 64 bits, written in one way only. */
export function networkOf(address: string): string {
  const ipv4 = IPV4_IN_IPV6.exec(address)?.[1];
  if (ipv4 !== undefined || !isIPv6(address)) return ipv4 ?? address;
  const [head = '', tail] = address.split('%', 1)[0]!.split('::');
  const [before, after] = [groupsIn(head), groupsIn(tail ?? '')];
  const zeros = Array<string>(tail === undefined ? 0 : GROUPS - before.length - after.length).fill('0');
  const network = [...before, ...zeros, ...after].slice(0, NETWORK_GROUPS);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

function groupsIn(text: string): readonly string[] {
  return text === '' ? [] : text.split(':');
}
