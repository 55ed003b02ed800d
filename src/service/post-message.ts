/** PostMessage: a text becomes the next message of a chat. */

import { encodedSizeBound } from '../domain/encoded-size.ts';
import { Refusal } from '../domain/errors.ts';
import { acceptFields, optional } from '../domain/fields.ts';
import { parseClientMessageId, parseMessageText } from '../domain/text.ts';
import { parseUuid } from '../domain/values.ts';
import type { Caller } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import type { PostMessageRequest } from './requests.ts';
import type { PostMessageResponse } from './responses.ts';

export async function postMessage(
  { storage, limits, newId }: Dependencies,
  caller: Caller,
  request: PostMessageRequest,
): Promise<PostMessageResponse | Refusal> {
  const input = acceptFields(caller.unreadable, {
    chatId: parseUuid(request.chatId),
    text: parseMessageText(request.text, limits.maxMessageLength),
    clientMessageId: optional(request.clientMessageId, parseClientMessageId),
  });
  if (input instanceof Refusal) return input;
  const message = await storage.postMessage(
    {
      ...input,
      id: newId(),
      author: caller.user,
      sizeBytes: encodedSizeBound(caller.user.displayName, input.text),
      now: caller.now,
    },
    caller,
  );
  return message instanceof Refusal ? message : { message };
}
