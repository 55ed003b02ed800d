/** Who on this handle wants to know of what, whatever handle it happens on. */

import type { WatchTopic } from '../storage.ts';

/** What a notification names: `c` and the id of a chat, or `u` and the id of a user. */
export type Topic = `${'c' | 'u'}${string}`;

/** The name of a topic in notifications. */
export function topicOf(topic: WatchTopic): Topic {
  return 'chatId' in topic ? `c${topic.chatId}` : `u${topic.userId}`;
}

/** Watches by topic. */
export class Watchers {
  readonly #watches = new Map<string, Set<() => void>>();

  /** Calls `wake` for each later notification of the topic. @returns a function that ends this and may be called twice. */
  add(topic: Topic, wake: () => void): () => void {
    const watches = this.#watches.get(topic) ?? new Set();
    // The same function may watch twice.
    const watch = (): void => wake();
    this.#watches.set(topic, watches.add(watch));
    return () => {
      watches.delete(watch);
      if (watches.size === 0 && this.#watches.get(topic) === watches) this.#watches.delete(topic);
    };
  }

  /** Wakes the watches of topics, by the payload of a notification. */
  wake(payload: string): void {
    for (const topic of payload.split(' ')) wakeEach(this.#watches.get(topic));
  }

  /** Wakes every watch: something may have gone unnoticed. */
  wakeAll(): void {
    for (const watches of this.#watches.values()) wakeEach(watches);
  }

  /** Ends all watches. */
  clear(): void {
    for (const watches of this.#watches.values()) watches.clear();
    this.#watches.clear();
  }
}

/** A watch that is ended by one woken before it is not called any more: a set passes over what has left it. */
function wakeEach(watches: Set<() => void> | undefined): void {
  for (const watch of watches ?? []) watch();
}
