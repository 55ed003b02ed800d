/** Who wants to know when something about a chat, or about a user, has changed: on this handle, by one subscription each. */

import type { RedisConnection } from './redis-connection.ts';

/** A channel while anybody watches it, or is about to, or has just ceased to. */
interface Channel {
  readonly watches: Set<Watch>;
  readonly onMessage: () => void;
  isSubscribed: boolean;
  /** Ends when the last change of the subscription is through. */
  changing: Promise<unknown>;
}

/** Watches by channel. */
export class Watchers {
  readonly #connection: RedisConnection;
  readonly #channels = new Map<string, Channel>();

  constructor(connection: RedisConnection) {
    this.#connection = connection;
    // What was said during a break went unheard, and who ceased to listen then is still listening.
    connection.onResume(() => {
      this.#wakeAll();
      for (const [name, { watches }] of this.#channels) if (watches.size === 0) this.#ceaseSoon(name);
    });
  }

  /** Calls `wake` after each later message. @returns once that is so, a function that ends it and may be called twice */
  async add(name: string, wake: () => void): Promise<() => void> {
    const channel = this.#channels.get(name) ?? this.#newChannel(name);
    const watch = new Watch(wake);
    channel.watches.add(watch);
    const end = (): void => {
      watch.end();
      channel.watches.delete(watch);
      if (channel.watches.size === 0) this.#ceaseSoon(name);
    };
    try {
      await this.#subscribe(name, channel);
    } catch (error) {
      end();
      throw error;
    }
    watch.begin();
    return end;
  }

  /** Ends all watches. */
  close(): void {
    for (const { watches } of this.#channels.values()) for (const watch of watches) watch.end();
    this.#channels.clear();
  }

  #newChannel(name: string): Channel {
    const watches = new Set<Watch>();
    const onMessage = (): void => {
      for (const watch of watches) watch.wakeSoon();
    };
    const channel = { watches, onMessage, isSubscribed: false, changing: Promise.resolve() };
    this.#channels.set(name, channel);
    return channel;
  }

  async #subscribe(name: string, channel: Channel): Promise<void> {
    if (channel.isSubscribed) return;
    await this.#inTurn(channel, async () => {
      if (channel.isSubscribed) return;
      await this.#connection.subscribe(name, channel.onMessage);
      channel.isSubscribed = true;
    });
  }

  /** Ends a subscription that nobody needs; what fails is tried again when the connection is back. */
  #ceaseSoon(name: string): void {
    const channel = this.#channels.get(name);
    if (channel !== undefined) this.#unsubscribe(name, channel).catch(() => {});
  }

  async #unsubscribe(name: string, channel: Channel): Promise<void> {
    await this.#inTurn(channel, async () => {
      if (channel.watches.size > 0 || this.#channels.get(name) !== channel) return;
      // Also where subscribing failed: its outcome is unknown.
      channel.isSubscribed = false;
      await this.#connection.unsubscribe(name, channel.onMessage);
      if (channel.watches.size === 0) this.#channels.delete(name);
    });
  }

  /** Changes a subscription after its earlier changes, whatever came of them. */
  #inTurn(channel: Channel, change: () => Promise<void>): Promise<void> {
    const earlier = channel.changing;
    const changing = (async () => {
      await earlier.catch(() => {});
      await change();
    })();
    channel.changing = changing;
    return changing;
  }

  #wakeAll(): void {
    for (const { watches } of this.#channels.values()) for (const watch of watches) watch.wakeSoon();
  }
}

/** Wakes once for all messages of a turn, at its end. */
class Watch {
  readonly #wake: () => void;
  #isThere = false;
  #isDue = false;
  #hasEnded = false;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  begin(): void {
    this.#isThere = true;
  }

  wakeSoon(): void {
    if (this.#isDue || !this.#isThere) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      if (!this.#hasEnded) this.#wake();
    });
  }

  end(): void {
    this.#hasEnded = true;
  }
}
