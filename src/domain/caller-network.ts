/** Which addresses are one caller: one IPv4 address, or the /64 that an IPv6 subscriber has to themselves. */

/** All addresses that begin with the same bits. */
export interface Network {
  readonly address: string;
  readonly prefixBits: number;
}

const IPV6_GROUPS = 8;
const NETWORK_GROUPS = 4;
/** ::ffff:0:0/96, by which IPv4 addresses are written as IPv6. */
const MAPPED = [0, 0, 0, 0, 0, 0xffff];

/** The network that an address counts with, the same for every way to write it. @param address an IP address that is one. */
export function callerNetwork(address: string): string {
  const [bare = ''] = address.split('%');
  if (!bare.includes(':')) return bare;
  const groups = ipv6Groups(bare);
  if (MAPPED.every((group, index) => groups[index] === group))
    return groups.slice(MAPPED.length).flatMap(bytes).join('.');
  return `${groups
    .slice(0, NETWORK_GROUPS)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

function ipv6Groups(address: string): number[] {
  const [head = [], tail = []] = address.split('::').map(groupsOf);
  const zeros = Array<number>(IPV6_GROUPS - head.length - tail.length).fill(0);
  return [...head, ...zeros, ...tail];
}

/** The last four bytes may be written as IPv4 writes them. */
function groupsOf(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

function bytes(group: number): number[] {
  return [Math.floor(group / 256), group % 256];
}
