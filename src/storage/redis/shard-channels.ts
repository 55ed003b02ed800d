/** Channels of a cluster: each is heard at the node that holds its slot, by one connection to each such node. */

import { setTimeout } from 'node:timers/promises';

/** A connection to one node. After its first failure it is of no use. */
export interface ChannelClient {
  sSubscribe(channel: string, listener: () => void): Promise<void>;
  sUnsubscribe(channel: string, listener: () => void): Promise<void>;
  readonly isOpen: boolean;
  destroy(): void;
}

/** Finds and reaches the nodes of a cluster. */
export interface ChannelNodes {
  /** The address of the node that holds a channel's slot, as far as that is known. */
  addressOf(channel: string): Promise<string>;
  /** Connects to a node. @param onLost called with a channel that has moved away, or with nothing when the connection has failed */
  connect(address: string, onLost: (channel?: string) => void): Promise<ChannelClient>;
}

const RETRY_MS = 200;

interface Listening {
  readonly onMessage: () => void;
  client: ChannelClient | undefined;
}

/**
 * Keeps subscriptions, wherever their slots go. The driver's own way of doing so gives up where a node comes back before its cluster
 * does; here every subscription that was lost is made again until it holds, and then its listener is called.
 */
export class ShardChannels {
  readonly #nodes: ChannelNodes;
  readonly #clients = new Map<string, Promise<ChannelClient>>();
  readonly #listening = new Map<string, Listening>();
  #isClosed = false;

  constructor(nodes: ChannelNodes) {
    this.#nodes = nodes;
  }

  /** Resolves once every later message is heard. @throws the driver's error */
  async subscribe(channel: string, onMessage: () => void): Promise<void> {
    const listening: Listening = { onMessage, client: undefined };
    this.#listening.set(channel, listening);
    try {
      await this.#listen(channel, listening);
    } catch (error) {
      if (this.#listening.get(channel) === listening) this.#listening.delete(channel);
      throw error;
    }
  }

  async unsubscribe(channel: string): Promise<void> {
    const listening = this.#listening.get(channel);
    this.#listening.delete(channel);
    await listening?.client?.sUnsubscribe(channel, listening.onMessage);
  }

  close(): void {
    this.#isClosed = true;
    this.#listening.clear();
    for (const client of this.#clients.values()) {
      client.then((open) => open.isOpen && open.destroy()).catch(() => {});
    }
  }

  async #listen(channel: string, listening: Listening): Promise<void> {
    const address = await this.#nodes.addressOf(channel);
    const client = await this.#clientAt(address);
    await client.sSubscribe(channel, listening.onMessage);
    listening.client = client;
    const isWanted = this.#listening.get(channel) === listening;
    if (!isWanted) await client.sUnsubscribe(channel, listening.onMessage);
  }

  #clientAt(address: string): Promise<ChannelClient> {
    const known = this.#clients.get(address);
    if (known !== undefined) return known;
    const connecting = this.#nodes.connect(address, (channel) => {
      if (channel === undefined) this.#lost(address, connecting);
      else void this.#listenAgain(channel);
    });
    this.#clients.set(address, connecting);
    connecting.catch(() => this.#forget(address, connecting));
    return connecting;
  }

  #forget(address: string, connecting: Promise<ChannelClient>): void {
    if (this.#clients.get(address) === connecting) this.#clients.delete(address);
  }

  #lost(address: string, connecting: Promise<ChannelClient>): void {
    this.#forget(address, connecting);
    connecting
      .then((client) => {
        if (client.isOpen) client.destroy();
        for (const [channel, listening] of this.#listening) {
          if (listening.client === client) void this.#listenAgain(channel);
        }
        return undefined;
      })
      .catch(() => {});
  }

  /** Listens again, however long that takes, and has whatever went unheard looked up. */
  async #listenAgain(channel: string): Promise<void> {
    const listening = this.#listening.get(channel);
    if (listening === undefined) return;
    listening.client = undefined;
    for (;;) {
      if (this.#isClosed || this.#listening.get(channel) !== listening) return;
      try {
        await this.#listen(channel, listening);
        listening.onMessage();
        return;
      } catch {
        await setTimeout(RETRY_MS, undefined, { ref: false });
      }
    }
  }
}
