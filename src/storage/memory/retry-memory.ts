/** The memory of client message ids in one chat, apart from its messages: a repeat of a trimmed message is still known. */

import { isOver, NEVER } from '../../domain/lifetime.ts';
import { CLIENT_MESSAGE_ID_MEMORY_MS } from '../../domain/limits.ts';
import type { Message } from '../../domain/models.ts';
import type { Expiring } from './deadline-index.ts';

/** How much longer than needed a message may be held. */
const GENERATION_MS = 60_000;

interface Generation {
  readonly expiresAt: number;
  readonly until: number;
  readonly messages: Map<string, Message>;
}

/** Messages are held by the minute in which they were sent, so that they are forgotten by dropping a reference. */
export class RetryMemory implements Expiring {
  readonly id: string;
  indexedAt = NEVER;
  /** Oldest first. */
  #generations: Generation[] = [];

  constructor(chatId: string) {
    this.id = chatId;
  }

  /** When there is something to forget. */
  get expiresAt(): number {
    return this.#generations[0]?.expiresAt ?? NEVER;
  }

  /** The first message that this user sent with this id, if it is remembered at `now`. */
  find(userId: string, clientMessageId: string, now: number): Message | undefined {
    const key = keyOf(userId, clientMessageId);
    const message = this.#generations.findLast(({ messages }) => messages.has(key))?.messages.get(key);
    if (message === undefined || isOver(message.sentAt + CLIENT_MESSAGE_ID_MEMORY_MS, now)) return undefined;
    return message;
  }

  /** Remembers a message. Messages come in the order in which they were sent. */
  remember(clientMessageId: string, message: Message): void {
    const { author, sentAt } = message;
    let generation = this.#generations.at(-1);
    if (generation === undefined || isOver(generation.until, sentAt)) {
      this.forget(sentAt);
      const until = sentAt + GENERATION_MS;
      generation = { until, expiresAt: until + CLIENT_MESSAGE_ID_MEMORY_MS, messages: new Map() };
      this.#generations.push(generation);
    }
    generation.messages.set(keyOf(author.userId, clientMessageId), message);
  }

  /** Lets go of what is over at `now`. */
  forget(now: number): void {
    this.#generations = this.#generations.filter(({ expiresAt }) => !isOver(expiresAt, now));
  }

  /** Lets go of everything, for a chat that is closed. */
  clear(): void {
    this.#generations = [];
  }
}

function keyOf(userId: string, clientMessageId: string): string {
  return `${userId} ${clientMessageId}`;
}
