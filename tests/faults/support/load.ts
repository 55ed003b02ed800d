/** Many people who post without a break, each post until it is acknowledged, and keep a ledger of what was. */

import { ChatService } from '../../../src/gen/veche/v1/chat_pb.js';
import { MessageService, type Message } from '../../../src/gen/veche/v1/message_pb.js';
import { SessionService } from '../../../src/gen/veche/v1/session_pb.js';
import type { Fleet } from './fleet.ts';
import { Follower } from './follower.ts';
import { isPassing, pause } from './retrying.ts';

const CHATS = 4;
const POSTERS = 64;
/** Longer than the server lets any call take. */
const CALL_DEADLINE_MS = 15_000;

interface Chat {
  readonly id: string;
  /** Of its creator. */
  readonly token: string;
}

/** A load on a fleet, and those who follow what comes of it: for each chat one on every instance, and one who wanders. */
export class Load {
  readonly fleet: Fleet;
  readonly chats: readonly Chat[];
  readonly followers: readonly Follower[];
  /** What was acknowledged, by client message id. */
  readonly acknowledged = new Map<string, Message>();
  /** Attempts that ended without an answer. */
  retries = 0;
  readonly #posters: readonly Promise<void>[];
  #startedAt = performance.now();
  #postingMs = 0;
  #resting: PromiseWithResolvers<void> | undefined;
  #isStopped = false;
  #milestones: { readonly count: number; readonly reached: () => void }[] = [];

  private constructor(fleet: Fleet, chats: readonly Chat[]) {
    this.fleet = fleet;
    this.chats = chats;
    this.followers = chats.flatMap(({ id, token }) => [
      ...Array.from(
        { length: fleet.size },
        (_, instance) => new Follower(fleet, { token, chatId: id, instance, wanders: false }),
      ),
      new Follower(fleet, { token, chatId: id, instance: 0, wanders: true }),
    ]);
    this.#posters = Array.from({ length: POSTERS }, (_, poster) => this.#post(poster));
  }

  /** Opens the chats and begins. */
  static async begin(fleet: Fleet): Promise<Load> {
    const client = fleet.client(0);
    const chats = Array.from({ length: CHATS }, async (_, index) => {
      const { token } = await client.call(SessionService.method.createSession, { displayName: `Speaker ${index}` });
      const { chat } = await client.call(ChatService.method.createChat, {}, { token });
      return { id: chat!.id, token };
    });
    return new Load(fleet, await Promise.all(chats));
  }

  /** Resolves once so many more posts are acknowledged. @throws what ended a poster. */
  async more(count: number): Promise<void> {
    const milestone = new Promise<void>((reached) => {
      this.#milestones.push({ count: this.acknowledged.size + count, reached });
    });
    await Promise.race([milestone, Promise.all(this.#posters)]);
  }

  /** Begins no posts until the promise settles: what it is for gets the machine to itself. */
  async rest<T>(meanwhile: Promise<T>): Promise<T> {
    this.#resting = Promise.withResolvers();
    this.#postingMs += performance.now() - this.#startedAt;
    try {
      return await meanwhile;
    } finally {
      this.#startedAt = performance.now();
      this.#resting.resolve();
      this.#resting = undefined;
    }
  }

  /** Ends when everything that was begun has been acknowledged. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#posters);
    this.#postingMs += performance.now() - this.#startedAt;
  }

  /** A line about what was done; for when it has stopped. */
  get summary(): string {
    const rate = Math.round((this.acknowledged.size / this.#postingMs) * 1_000);
    return `${this.acknowledged.size} posts acknowledged, ${rate} a second, ${this.retries} attempts again`;
  }

  async #post(poster: number): Promise<void> {
    for (let count = 0; !this.#isStopped; count++) {
      await this.#resting?.promise;
      const clientMessageId = `${poster}.${count}`;
      const { id, token } = this.chats[(poster + count) % this.chats.length]!;
      const message = await this.#postUntilAcknowledged(poster, { chatId: id, clientMessageId, token });
      this.acknowledged.set(clientMessageId, message);
      this.#milestones = this.#milestones.filter((milestone) => {
        if (this.acknowledged.size < milestone.count) return true;
        milestone.reached();
        return false;
      });
    }
  }

  async #postUntilAcknowledged(
    poster: number,
    { chatId, clientMessageId, token }: { chatId: string; clientMessageId: string; token: string },
  ): Promise<Message> {
    for (let attempt = 0; ; attempt++) {
      const client = this.fleet.client(poster + attempt);
      const request = { chatId, clientMessageId, text: textOf(clientMessageId) };
      const options = { token, deadlineMs: CALL_DEADLINE_MS };
      try {
        return (await client.call(MessageService.method.postMessage, request, options)).message!;
      } catch (error) {
        isPassing(error);
        this.retries++;
        await pause();
      }
    }
  }
}

/** What a post says: by it, it is known again. */
export function textOf(clientMessageId: string): string {
  return `words of ${clientMessageId}`;
}
