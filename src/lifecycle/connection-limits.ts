/** How many connections there may be, of all ports together and from one address. */

import type { Socket } from 'node:net';
import { callerNetwork } from '../domain/caller-network.ts';
import { fitsOneMore } from '../domain/limits.ts';
import type { Log } from '../service/log.ts';
import { occasionalWarning } from './occasional-warning.ts';

/** The bounds; 0 is none. */
export interface ConnectionBounds {
  readonly maxConnections: number;
  /** From one IPv4 address or one IPv6 network (/64). */
  readonly maxConnectionsPerAddress: number;
  /** Whether an address speaks for many, so that its connections count for nobody: a balancer. */
  readonly isExempt?: ((address: string) => boolean) | undefined;
}

/** Counts connections from when they are accepted, whatever becomes of them, until they are closed. */
export class ConnectionLimits {
  readonly #bounds: ConnectionBounds;
  readonly #warn: (fields: object) => void;
  readonly #byNetwork = new Map<string, number>();
  #open = 0;

  constructor(bounds: ConnectionBounds, log: Log) {
    this.#bounds = bounds;
    this.#warn = occasionalWarning(log, 'refusing connections: there are as many as there may be');
  }

  /** Takes a place, which is given back when the connection closes. @returns whether there was one. */
  admit(socket: Socket): boolean {
    const { maxConnections, maxConnectionsPerAddress, isExempt } = this.#bounds;
    // Without an address it is closed already.
    const address = socket.remoteAddress ?? '';
    if (!fitsOneMore(this.#open, maxConnections)) return this.#refuse(address, { maxConnections });
    const network = isExempt?.(address) === true ? undefined : callerNetwork(address);
    if (network !== undefined) {
      const count = this.#byNetwork.get(network) ?? 0;
      if (!fitsOneMore(count, maxConnectionsPerAddress)) return this.#refuse(address, { maxConnectionsPerAddress });
      this.#byNetwork.set(network, count + 1);
    }
    this.#open++;
    socket.once('close', () => this.#free(network));
    return true;
  }

  #refuse(address: string, limit: object): false {
    this.#warn({ address, ...limit });
    return false;
  }

  #free(network: string | undefined): void {
    this.#open--;
    if (network === undefined) return;
    const count = this.#byNetwork.get(network) ?? 0;
    if (count > 1) this.#byNetwork.set(network, count - 1);
    else this.#byNetwork.delete(network);
  }
}
