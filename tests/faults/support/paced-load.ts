/** Posters at an even pace, who go elsewhere with what has failed, and a ledger of what was acknowledged. */

import { CallFailed, type Caller, type Post } from './callers.ts';

/** What posters do. */
export interface PacedLoadOptions {
  readonly chats: readonly string[];
  /** Through whom they post, in turn. */
  readonly callers: readonly Caller[];
  /** Through whom what has failed is posted again; absent: it is not. */
  readonly elsewhere?: readonly Caller[] | undefined;
  readonly posters: number;
  /** Between two posts of one poster, if the answer has come by then. */
  readonly everyMs: number;
}

export class PacedLoad {
  /** Of the first attempts: calls that were then made again elsewhere, if there is an elsewhere. */
  readonly failures: CallFailed[] = [];
  readonly #texts = new Map<string, Map<number, string>>();
  readonly #posters: readonly Promise<void>[];
  readonly #startedAt = performance.now();
  #acknowledged = 0;
  #isStopped = false;
  #milestone: { readonly count: number; readonly reached: () => void } | undefined;

  constructor({ chats, callers, elsewhere, posters, everyMs }: PacedLoadOptions) {
    for (const chatId of chats) this.#texts.set(chatId, new Map());
    this.#posters = Array.from({ length: posters }, async (_, poster) => {
      const caller = callers[poster % callers.length]!;
      for (let count = 0; !this.#isStopped; count++) {
        const next = pause(everyMs);
        const text = `${poster}.${count}`;
        const post = { chatId: chats[(poster + count * posters) % chats.length]!, text, clientMessageId: text };
        await this.#post(post, caller, elsewhere?.[poster % elsewhere.length]);
        await next;
      }
    });
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Posts acknowledged in a second so far. */
  get rate(): number {
    return (this.#acknowledged / (performance.now() - this.#startedAt)) * 1_000;
  }

  /** Resolves once so many more posts are acknowledged. @throws what ended a poster. */
  async more(count: number): Promise<void> {
    const milestone = new Promise<void>((reached) => {
      this.#milestone = { count: this.#acknowledged + count, reached };
    });
    await Promise.race([milestone, Promise.all(this.#posters)]);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#posters);
  }

  /** What was acknowledged in a chat, in order. */
  textsOf(chatId: string): readonly string[] {
    return [...this.#texts.get(chatId)!].toSorted(([a], [b]) => a - b).map(([, text]) => text);
  }

  /** How many messages a chat has. */
  countOf(chatId: string): number {
    return Math.max(0, ...this.#texts.get(chatId)!.keys());
  }

  /** What was acknowledged, up to where somebody came, and is not what they heard. */
  lost(chatId: string, heard: readonly { readonly text: string }[]): readonly string[] {
    const acknowledged = [...this.#texts.get(chatId)!].filter(([seq]) => seq <= heard.length);
    return acknowledged.filter(([seq, text]) => heard[seq - 1]?.text !== text).map(([seq]) => `${seq} of ${chatId}`);
  }

  async #post(post: Post, caller: Caller, elsewhere: Caller | undefined): Promise<void> {
    let seq: number;
    try {
      seq = await caller.post(post);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      this.failures.push(error);
      if (elsewhere === undefined) return;
      seq = await elsewhere.post(post);
    }
    this.#texts.get(post.chatId)!.set(seq, post.text);
    this.#acknowledged++;
    if (this.#milestone !== undefined && this.#acknowledged >= this.#milestone.count) this.#milestone.reached();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
