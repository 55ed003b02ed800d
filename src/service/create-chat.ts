/** CreateChat: the caller opens a chat. */

import { Refusal } from '../domain/errors.ts';
import { acceptFields, optional } from '../domain/fields.ts';
import { parseTitle } from '../domain/text.ts';
import { parseChatTtl, parseMaxMessages } from '../domain/values.ts';
import type { Caller } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import type { CreateChatRequest } from './requests.ts';
import type { ChatResponse } from './responses.ts';

export async function createChat(
  { storage, limits, newId }: Dependencies,
  caller: Caller,
  request: CreateChatRequest,
): Promise<ChatResponse | Refusal> {
  const input = acceptFields(caller.unreadable, {
    title: parseTitle(request.title),
    maxMessages: optional(request.maxMessages, (value) => parseMaxMessages(value, limits)),
    ttl: optional(request.ttlMs, (value) => parseChatTtl(value, limits)),
  });
  if (input instanceof Refusal) return input;
  const chat = await storage.createChat(
    {
      chat: {
        id: newId(),
        title: input.title,
        creator: caller.user,
        createdAt: caller.now,
        maxMessages: input.maxMessages ?? limits.maxChatSize,
        readOnly: request.readOnly,
        unlisted: request.unlisted,
        ttlMs: input.ttl ?? limits.maxChatTtlMs,
      },
      maxChats: limits.maxChats,
      maxChatsPerUser: limits.maxChatsPerUser,
    },
    caller,
  );
  return chat instanceof Refusal ? chat : { chat };
}
