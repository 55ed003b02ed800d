/** CloseChat: the creator closes a chat. */

import { Refusal } from '../domain/errors.ts';
import { acceptFields } from '../domain/fields.ts';
import { parseUuid } from '../domain/values.ts';
import type { Caller } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import type { CloseChatRequest } from './requests.ts';

export async function closeChat(
  { storage }: Dependencies,
  caller: Caller,
  request: CloseChatRequest,
): Promise<Refusal | undefined> {
  const input = acceptFields(caller.unreadable, { chatId: parseUuid(request.chatId) });
  if (input instanceof Refusal) return input;
  return await storage.closeChat({ chatId: input.chatId, userId: caller.user.userId, now: caller.now }, caller);
}
