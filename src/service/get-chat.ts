/** GetChat: one open chat, listed or not. */

import { Refusal } from '../domain/errors.ts';
import { acceptFields } from '../domain/fields.ts';
import { parseUuid } from '../domain/values.ts';
import type { Caller } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import type { GetChatRequest } from './requests.ts';
import type { ChatResponse } from './responses.ts';

export async function getChat(
  { storage, limits }: Dependencies,
  caller: Caller,
  request: GetChatRequest,
): Promise<ChatResponse | Refusal> {
  const input = acceptFields(caller.unreadable, { chatId: parseUuid(request.chatId) });
  if (input instanceof Refusal) return input;
  const chat = await storage.getChat(
    { chatId: input.chatId, activeSince: caller.now - limits.sessionTtlMs, now: caller.now },
    caller,
  );
  return chat instanceof Refusal ? chat : { chat };
}
