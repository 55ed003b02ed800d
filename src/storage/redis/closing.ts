/** Closing chats, for whatever reason: first the chat itself, then at its creator and at the server. Each step may be done twice. */

import type { Steps } from './operations.ts';
import { bucketOf, oldestBucket } from './post-counts.ts';
import { placeOf } from './records.ts';
import { listOf, numberOf, textOf } from './replies.ts';
import { KEY_GRACE_MS } from './times.ts';

/** Which chat to close and why. */
export interface Closing {
  readonly chatId: string;
  /** Who closes it, if they are its creator; empty where that is not asked. */
  readonly userId: string;
  /** By its creator, by an operator, because its time is over, or because its creator's session is, whose home is cleared up by whoever ends that. */
  readonly reason: 'creator' | 'operator' | 'over' | 'ended';
  readonly now: number;
  /** What is to be crossed off when all is done; may be empty. */
  readonly intent: string;
}

/** How it came out: closed now, or before, or why not. */
export type ClosingOutcome = 'closed' | 'gone' | 'not-found' | 'not-creator' | 'open';

/** Who closes a chat by a call: its creator, or an operator, who is nobody in particular. */
export function closingBy(userId = ''): Pick<Closing, 'userId' | 'reason'> {
  return { userId, reason: userId === '' ? 'operator' : 'creator' };
}

/** Closes a chat and frees its places. */
export async function closeAndFree(steps: Steps, closing: Closing): Promise<ClosingOutcome> {
  const { chatId, userId, reason, now, intent } = closing;
  const reply = listOf(await steps.run('close-chat', chatId, { now, user: userId, reason, graceMs: KEY_GRACE_MS }));
  const [, remnant, visitors] = reply;
  const kind = textOf(reply[0]);
  switch (kind) {
    case 'closed':
    case 'gone':
      await freePlaces(steps, closing, textOf(remnant), numberOf(visitors));
      return kind;
    case 'not-found':
      if (reason === 'creator' || reason === 'operator') await dropIntent(steps, intent);
      else await forgetLost(steps, closing);
      return kind;
    case 'not-creator':
    case 'open':
      await dropIntent(steps, intent);
      return kind;
    default:
      throw new Error(`closing a chat came out as ${kind}`);
  }
}

/** Takes a chat that has closed, or was never made, from its creator and from the server. */
export async function freePlaces(
  steps: Steps,
  { chatId, userId, reason, now, intent }: Closing,
  remnant: string,
  visitors: number,
): Promise<void> {
  const [lastSeq = '', creator = userId, createdAt = '0', closedAt] = remnant === '' ? [] : remnant.split('|');
  const place = placeOf(Number(createdAt), chatId);
  if (reason !== 'ended')
    await steps.run('forget-chat', creator, { now, chat: chatId, place, closedAt, graceMs: KEY_GRACE_MS });
  await freeAtServer(steps, { chatId, now, intent }, place, Number(lastSeq), visitors);
}

/** Nothing is left of a chat: Redis has dropped it long after its end. Only the server still knows of it. */
async function forgetLost(steps: Steps, closing: Closing): Promise<void> {
  await freeAtServer(steps, closing, '', 0, 0);
}

async function freeAtServer(
  steps: Steps,
  { chatId, now, intent }: Pick<Closing, 'chatId' | 'now' | 'intent'>,
  place: string,
  lastSeq: number,
  visitors: number,
): Promise<void> {
  const buckets = { bucket: bucketOf(now), oldestBucket: oldestBucket(now) };
  await steps.run('free-chat-place', '', { now, chat: chatId, place, intent, lastSeq, visitors, ...buckets });
}

async function dropIntent(steps: Steps, intent: string): Promise<void> {
  if (intent !== '') await steps.command('ZREM', 'server', '', 'journal', intent);
}
