/** Subscribe: a stream of a chat's messages, kept ones first, then live. */

import { Refusal } from '../domain/errors.ts';
import { acceptFields, optional } from '../domain/fields.ts';
import { parseSeq, parseUuid } from '../domain/values.ts';
import type { EventSink } from '../live/events.ts';
import type { Caller } from './calls.ts';
import type { Dependencies } from './dependencies.ts';
import type { SubscribeRequest } from './requests.ts';

export async function subscribe(
  { live }: Dependencies,
  caller: Caller,
  request: SubscribeRequest,
  sink: EventSink,
): Promise<Refusal | undefined> {
  const input = acceptFields(caller.unreadable, {
    chatId: parseUuid(request.chatId),
    afterSeq: optional(request.afterSeq, parseSeq),
  });
  if (input instanceof Refusal) return input;
  return await live.subscribe(caller, input, sink);
}
