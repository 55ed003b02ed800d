/** CloseAnyChat: an operator closes a chat. */

import { Refusal } from '../domain/errors.ts';
import { acceptFields } from '../domain/fields.ts';
import { parseReason } from '../domain/text.ts';
import { parseUuid } from '../domain/values.ts';
import type { Operator } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import { noted } from './noted.ts';
import type { CloseAnyChatRequest } from './requests.ts';

export async function closeAnyChat(
  { storage, log }: Dependencies,
  operator: Operator,
  request: CloseAnyChatRequest,
): Promise<Refusal | undefined> {
  const input = acceptFields(operator.unreadable, {
    chatId: parseUuid(request.chatId),
    reason: parseReason(request.reason),
  });
  if (input instanceof Refusal) return input;
  const { chatId } = input;
  return await noted(log, { method: 'CloseAnyChat', ...input }, () =>
    storage.closeChat({ chatId, userId: undefined, now: operator.now }, operator),
  );
}
