/** Compares what is stored and what every follower got with what was acknowledged. */

import { MessageService, type Message } from '../../../src/gen/veche/v1/message_pb.js';
import { type Load, textOf } from './load.ts';

const PAGE_SIZE = 500;

/**
 * Waits until every follower has everything, then looks for acknowledged messages that are missing, for messages that are there
 * twice, for holes in the seqs and for readers who got anything else.
 * @returns a sentence for each; none if all is as promised.
 */
export async function findFaults(load: Load): Promise<readonly string[]> {
  const faults: string[] = [];
  const stored = new Map<string, readonly Message[]>();
  for (const { id, token } of load.chats) stored.set(id, await readChat(load, id, token));

  for (const [chatId, messages] of stored) {
    for (const [index, { seq }] of messages.entries()) {
      if (Number(seq) !== index + 1) faults.push(`${chatId} has ${seq} at place ${index + 1}`);
    }
    const texts = new Set(messages.map(({ text }) => text));
    if (texts.size < messages.length) faults.push(`${chatId} has ${messages.length - texts.size} messages twice`);
  }

  for (const [clientMessageId, { chatId, seq, id }] of load.acknowledged) {
    const found = stored.get(chatId)?.[Number(seq) - 1];
    if (found?.text !== textOf(clientMessageId) || found.id !== id) {
      faults.push(`${clientMessageId} was acknowledged as ${seq} of ${chatId} and is not there`);
    }
  }

  await Promise.all(load.followers.map((follower) => follower.reached(stored.get(follower.chatId)!.length)));
  for (const follower of load.followers) {
    faults.push(...follower.faults);
    const missing = stored.get(follower.chatId)!.findIndex(({ id }, index) => follower.messages[index]?.id !== id);
    if (missing !== -1) faults.push(`a reader of ${follower.chatId} got something else at place ${missing + 1}`);
    await follower.stop();
  }
  return faults;
}

/** All of a chat, through the instances in turn, page by page. */
async function readChat({ fleet }: Load, chatId: string, token: string): Promise<readonly Message[]> {
  const messages: Message[] = [];
  let pageToken = '';
  for (let page = 0; page === 0 || pageToken !== ''; page++) {
    const request = { chatId, pageSize: PAGE_SIZE, markRead: false, ...(pageToken !== '' && { pageToken }) };
    const answer = await fleet.client(page).call(MessageService.method.listMessages, request, { token });
    messages.push(...answer.messages);
    pageToken = answer.nextPageToken ?? '';
  }
  return messages;
}
