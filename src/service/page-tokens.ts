/**
 * Page tokens: opaque words that say where the next page begins. They are signed, so that nobody can make one up, and bound
 * to what they are for; the key is the storage's, so that every instance reads those of the others.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { MessageOrder } from '../domain/models.ts';
import { Problem } from '../domain/problem.ts';
import type { ChatCursor } from '../storage/storage.ts';

const SIGNATURE_BYTES = 16;

/** Where a page of messages begins. Whether the chat is the one asked for is judged after the chat was found. */
export interface MessageCursor {
  readonly chatId: string;
  readonly fromSeq: number;
}

type Payload =
  | readonly ['chats', createdAt: number, chatId: string]
  | readonly ['all chats', createdAt: number, chatId: string]
  | readonly ['sessions', userId: string]
  | readonly ['unread', userId: string, createdAt: number, chatId: string]
  | readonly ['messages', order: MessageOrder, chatId: string, fromSeq: number];

/** Writes and reads the page tokens of one set of data. The read functions return a Problem for any other token. */
export class PageTokens {
  readonly #key: Uint8Array;

  /** @param key 32 bytes, the `pageTokenKey` of the storage. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  writeChats({ createdAt, chatId }: ChatCursor): string {
    return this.#write(['chats', createdAt, chatId]);
  }

  readChats(token: string): ChatCursor | Problem {
    const payload = this.#read(token);
    if (payload?.[0] !== 'chats') return foreignToken();
    return { createdAt: payload[1], chatId: payload[2] };
  }

  writeAllChats({ createdAt, chatId }: ChatCursor): string {
    return this.#write(['all chats', createdAt, chatId]);
  }

  readAllChats(token: string): ChatCursor | Problem {
    const payload = this.#read(token);
    if (payload?.[0] !== 'all chats') return foreignToken();
    return { createdAt: payload[1], chatId: payload[2] };
  }

  writeSessions(userId: string): string {
    return this.#write(['sessions', userId]);
  }

  readSessions(token: string): string | Problem {
    const payload = this.#read(token);
    return payload?.[0] === 'sessions' ? payload[1] : foreignToken();
  }

  writeUnreadCounts(userId: string, { createdAt, chatId }: ChatCursor): string {
    return this.#write(['unread', userId, createdAt, chatId]);
  }

  readUnreadCounts(userId: string, token: string): ChatCursor | Problem {
    const payload = this.#read(token);
    if (payload?.[0] !== 'unread' || payload[1] !== userId) return foreignToken();
    return { createdAt: payload[2], chatId: payload[3] };
  }

  writeMessages(order: MessageOrder, { chatId, fromSeq }: MessageCursor): string {
    return this.#write(['messages', order, chatId, fromSeq]);
  }

  /** Without a valid order any token of a page of messages is accepted. */
  readMessages(order: MessageOrder | Problem, token: string): MessageCursor | Problem {
    const payload = this.#read(token);
    if (payload?.[0] !== 'messages') return foreignToken();
    const isSameOrder = order instanceof Problem || order === payload[1];
    if (!isSameOrder) return new Problem('must be a next_page_token of the same order');
    return { chatId: payload[2], fromSeq: payload[3] };
  }

  #write(payload: Payload): string {
    const body = Buffer.from(JSON.stringify(payload));
    return Buffer.concat([this.#sign(body), body]).toString('base64url');
  }

  #read(token: string): Payload | undefined {
    const bytes = Buffer.from(token, 'base64url');
    // Decoding is lenient; a token that was not written exactly so is not ours.
    if (bytes.length <= SIGNATURE_BYTES || bytes.toString('base64url') !== token) return undefined;
    const body = bytes.subarray(SIGNATURE_BYTES);
    if (!timingSafeEqual(bytes.subarray(0, SIGNATURE_BYTES), this.#sign(body))) return undefined;
    return JSON.parse(body.toString()) as Payload;
  }

  #sign(body: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(body).digest().subarray(0, SIGNATURE_BYTES);
  }
}

/** The refusal of a token of another chat, which only shows once the chat was found. */
export function foreignToken(): Problem {
  return new Problem('must be a next_page_token of an earlier answer to the same request');
}
