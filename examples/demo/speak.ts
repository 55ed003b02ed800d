/** The speaking of the script: each line a post by the session of its speaker. */

import { setTimeout as sleep } from 'node:timers/promises';
import { MessageService } from '../../src/gen/veche/v1/message_pb.js';
import type { BadNetwork } from './bad-network.ts';
import type { VecheClient } from './client.ts';
import type { ShowProgress } from './progress.ts';
import type { Line } from './script.ts';

/** How the script is spoken. */
export interface Speaking {
  readonly script: readonly Line[];
  /** The sessions by the names of the speakers. */
  readonly speakers: ReadonlyMap<string, VecheClient>;
  /** The chats in which every line is posted. */
  readonly chatIds: readonly string[];
  readonly network: BadNetwork;
  /** How long to pause after each line. */
  readonly paceMs: number;
  readonly show: ShowProgress;
}

/** Speaks every line, each only when the one before is acknowledged, so that the order of the chat is that of the script. */
export async function speak({ script, speakers, chatIds, network, paceMs, show }: Speaking): Promise<void> {
  for (const [index, line] of script.entries()) {
    const client = speakers.get(line.speaker);
    if (client === undefined) throw new Error(`${line.speaker} has no session`);
    const post = { text: line.text, clientMessageId: `line-${index + 1}` };
    await Promise.all(chatIds.map((chatId) => postSafely(client, { chatId, ...post }, network)));
    show(index + 1, line);
    if (paceMs > 0) await sleep(paceMs);
  }
}

/** Posts until the answer arrives. The id makes a repeated post return the first message instead of posting once more. */
async function postSafely(
  client: VecheClient,
  post: { readonly chatId: string; readonly text: string; readonly clientMessageId: string },
  network: BadNetwork,
): Promise<void> {
  do {
    await client.call(MessageService.method.postMessage, post);
  } while (network.losesAnswer());
}
