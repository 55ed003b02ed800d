/** A chat that is filled for a test. */

import type { Message, User } from '../../domain/models.ts';
import { accepted } from './answers.ts';
import type { ChatId, Handle } from './handle.ts';

/** Posts `count` messages one after the other, the handles taking turns. */
export async function postInTurn(
  handles: readonly Handle[],
  author: User,
  chat: ChatId,
  count: number,
): Promise<Message[]> {
  const messages: Message[] = [];
  for (let turn = 0; turn < count; turn++) {
    messages.push(await accepted(handles[turn % handles.length]!.post(author, chat, `message ${turn + 1}`)));
  }
  return messages;
}
