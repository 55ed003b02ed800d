/** The three ways of reading a chat to its end, each over a network that loses answers. */

import { setTimeout as sleep } from 'node:timers/promises';
import { MessageService, type Message } from '../../src/gen/veche/v1/message_pb.js';
import type { BadNetwork } from './bad-network.ts';
import type { VecheClient } from './client.ts';

const PAGE_SIZE = 40;
const LOOK_AGAIN_AFTER_MS = 50;

/** What a reader needs. */
export interface Seat {
  readonly client: VecheClient;
  readonly chatId: string;
  readonly network: BadNetwork;
  /** Aborted when nothing more will be posted. */
  readonly curtain: AbortSignal;
}

/** Reads every message of a chat, in order, until there will be no more. */
export type Reader = (seat: Seat) => AsyncIterable<Message>;

/** Reads live. When the stream breaks, the next one begins after the last message that was handled. */
export async function* readLive({ client, chatId, network, curtain }: Seat): AsyncGenerator<Message> {
  let afterSeq = 0n;
  for (;;) {
    // The fall of the curtain breaks a stream that waits for more; the last one ends when it has caught up.
    const over = curtain.aborted;
    const signal = over ? undefined : curtain;
    for await (const { event } of client.stream(MessageService.method.subscribe, { chatId, afterSeq }, signal)) {
      if (event.case === 'caughtUp' && over) return;
      if (event.case !== 'messages') continue;
      if (network.losesAnswer()) break;
      for (const message of event.value.messages) {
        yield message;
        afterSeq = message.seq;
      }
    }
  }
}

/** Reads page by page. A page that is still growing is looked at again later. */
export async function* readByPage({ client, chatId, network, curtain }: Seat): AsyncGenerator<Message> {
  let pageToken = '';
  for (;;) {
    const over = curtain.aborted;
    const page = await client.call(MessageService.method.listMessages, { chatId, pageToken, pageSize: PAGE_SIZE });
    if (network.losesAnswer()) continue;
    const isLast = page.nextPageToken === '';
    if (isLast && !over) {
      await sleep(LOOK_AGAIN_AFTER_MS);
      continue;
    }
    yield* page.messages;
    if (isLast) return;
    pageToken = page.nextPageToken;
  }
}

/** Reads what is unread, the safe way: a request says what was really handled, so that a lost answer comes again. */
export async function* readUnread({ client, chatId, network, curtain }: Seat): AsyncGenerator<Message> {
  let ackSeq = 0n;
  for (;;) {
    const over = curtain.aborted;
    const { messages } = await client.call(MessageService.method.fetchUnread, { chatId, ackSeq });
    if (network.losesAnswer()) continue;
    for (const message of messages) {
      yield message;
      ackSeq = message.seq;
    }
    if (over && messages.length === 0) return;
    if (!over) await sleep(LOOK_AGAIN_AFTER_MS);
  }
}
