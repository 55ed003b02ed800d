/** Where do calls come from? The address of the connection, or what proxies say that are trusted. */

import { BlockList, isIP } from 'node:net';
import { callerNetwork, type Network } from '../domain/caller-network.ts';
import { forwardedHops, xForwardedForHops } from './forwarded.ts';

/** Whoever comes by a way that has no addresses counts as one. */
export const NO_ADDRESS = 'unknown';

/** A connection as the platform has it. */
interface Connection {
  readonly remoteAddress?: string | undefined;
}

/** The headers in which proxies say it, in lower case. */
export type ForwardingHeader = 'x-forwarded-for' | 'forwarded';

interface Caller {
  readonly network: string;
  readonly isProxy: boolean;
}

/** Finds the network that a call counts with. Most connections carry many calls: what is found of one is kept as long as it is. */
export class CallerAddresses {
  readonly #proxies = new BlockList();
  readonly #known = new WeakMap<object, Caller>();

  constructor(trustedProxies: readonly Network[]) {
    for (const { address, prefixBits } of trustedProxies) this.#proxies.addSubnet(address, prefixBits, family(address));
  }

  /**
   * The network of a call: of the nearest address that is not a proxy's. What a proxy says is passed over if it cannot be read that far,
   * or if its two headers disagree: one of them may be the caller's own invention.
   * @param key what the connection is known by, the same for all its calls
   */
  of(key: object, connection: Connection, header: (name: ForwardingHeader) => string | undefined): string {
    const { network, isProxy } = this.#known.get(key) ?? this.#meet(key, connection);
    if (!isProxy) return network;
    const [xForwardedFor, forwarded] = [header('x-forwarded-for'), header('forwarded')];
    const said = new Set<string | undefined>();
    if (xForwardedFor !== undefined) said.add(this.#nearestCaller(xForwardedForHops(xForwardedFor)));
    if (forwarded !== undefined) said.add(this.#nearestCaller(forwardedHops(forwarded)));
    const [agreed] = said;
    return said.size === 1 && agreed !== undefined ? agreed : network;
  }

  #meet(key: object, { remoteAddress }: Connection): Caller {
    // Also of a connection that is gone already, of which nothing is kept.
    if (remoteAddress === undefined || isIP(remoteAddress) === 0) return { network: NO_ADDRESS, isProxy: false };
    const caller = { network: callerNetwork(remoteAddress), isProxy: this.isProxy(remoteAddress) };
    this.#known.set(key, caller);
    return caller;
  }

  /** Behind nothing but proxies, the farthest of them is who calls. */
  #nearestCaller(hops: readonly (string | undefined)[]): string | undefined {
    const found = hops.find((hop) => hop === undefined || !this.isProxy(hop));
    const isAllProxies = hops.every((hop) => hop !== undefined && this.isProxy(hop));
    const caller = isAllProxies ? hops.at(-1) : found;
    return caller === undefined ? undefined : callerNetwork(caller);
  }

  /** Whether an address is a trusted proxy's, which speaks for many. */
  isProxy(address: string): boolean {
    return this.#proxies.check(address, family(address));
  }
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
