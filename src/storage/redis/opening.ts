/** Opening chats: announced at the creator, a place at the server, the chat itself, then confirmed at both. Each step may be done twice. */

import { Refusal } from '../../domain/errors.ts';
import { chatDeadline } from '../../domain/lifetime.ts';
import type { ChatSettings } from '../../domain/models.ts';
import { type CreateChat, StorageUnavailableError } from '../storage.ts';
import { closeAndFree, freePlaces } from './closing.ts';
import { type Intent, intentOf } from './intents.ts';
import type { Steps } from './operations.ts';
import { placeOf, settingsRecord } from './records.ts';
import { listOf, textOf } from './replies.ts';
import { BROKEN_OFF_AFTER_MS, KEY_GRACE_MS } from './times.ts';
import { type Lease, leaseOf, liveSessionOf } from './visiting.ts';

/** Chats announced by a user count so long, should nothing come of them. */
const ANNOUNCED_MS = 2 * BROKEN_OFF_AFTER_MS;

/** Opens a chat. @returns its settings with the creator's name as the session has it */
export async function openChat(
  steps: Steps,
  { chat, maxChats, maxChatsPerUser }: CreateChat,
): Promise<ChatSettings | Refusal<'UNAUTHENTICATED' | 'USER_CHAT_LIMIT_REACHED' | 'CHAT_LIMIT_REACHED'>> {
  const { id, createdAt: now, ttlMs } = chat;
  const { userId } = chat.creator;
  const openingSince = now - ANNOUNCED_MS;
  const announced = listOf(
    await steps.run('announce-chat', userId, { now, chat: id, maxChats: maxChatsPerUser, openingSince }),
  );
  if (announced[0] === 'over') return new Refusal('UNAUTHENTICATED');
  if (announced[0] === 'full') return new Refusal('USER_CHAT_LIMIT_REACHED');
  const creator = liveSessionOf(announced);
  const settings = { ...chat, creator: { userId, displayName: creator.displayName } };

  const opening = { kind: 'open', chatId: id, userId, createdAt: now, isListed: !chat.unlisted } as const;
  const intent = intentOf(opening);
  const expiresAt = chatDeadline(now, ttlMs);
  const place = { now, chat: id, expiresAt, maxChats, intent, dueAt: now + BROKEN_OFF_AFTER_MS };
  const [taken] = listOf(await steps.run('take-chat-place', '', place));
  if (taken === 'full') {
    await steps.run('forget-chat', userId, { now, chat: id, place: '', graceMs: KEY_GRACE_MS });
    return new Refusal('CHAT_LIMIT_REACHED');
  }
  await make(steps, settings, leaseOf(creator, now));
  const outcome = await confirm(steps, { ...opening, expiresAt, now, intent });
  if (outcome === 'given-up') throw new StorageUnavailableError('the chat was given up before it was confirmed');
  return outcome === 'confirmed' ? settings : new Refusal('UNAUTHENTICATED');
}

async function make(steps: Steps, settings: ChatSettings, lease: Lease): Promise<void> {
  const { id, creator, createdAt, ttlMs, maxMessages, readOnly } = settings;
  const [made] = listOf(
    await steps.run('make-chat', id, {
      now: createdAt,
      user: creator.userId,
      ...lease,
      settings: settingsRecord(settings),
      expiresAt: chatDeadline(createdAt, ttlMs),
      keep: maxMessages,
      readOnly,
      createdAt,
      graceMs: KEY_GRACE_MS,
    }),
  );
  if (made !== 'made') throw new StorageUnavailableError('the chat was given up before it was made');
}

/** A chat that was made. */
interface Made extends Omit<Intent & { readonly kind: 'open' }, 'kind'> {
  readonly expiresAt: number;
  readonly now: number;
  readonly intent: string;
}

/** Confirms a chat that was made, or closes it if its creator's session is over or its place there was given up meanwhile. */
async function confirm(steps: Steps, made: Made): Promise<'confirmed' | 'over' | 'given-up'> {
  const { chatId, userId, createdAt, isListed, expiresAt, now, intent } = made;
  const place = placeOf(createdAt, chatId);
  const confirmation = { now, chat: chatId, place, chatExpiresAt: expiresAt, graceMs: KEY_GRACE_MS };
  const [outcome] = listOf(await steps.run('confirm-chat', userId, confirmation));
  if (outcome === 'confirmed') {
    await steps.run('confirm-chat-place', '', { chat: chatId, place, isListed, intent });
    return outcome;
  }
  await closeAndFree(steps, { chatId, userId, reason: 'ended', now, intent });
  return outcome === 'over' ? outcome : 'given-up';
}

/** Ends an opening that broke off: with the chat if it was made, otherwise as if it had been refused. */
export async function settleOpening(
  steps: Steps,
  { chatId, userId, createdAt, isListed }: Intent & { readonly kind: 'open' },
  intent: string,
  now: number,
): Promise<void> {
  const [kind, found] = listOf(await steps.run('settle-chat', chatId, { graceMs: KEY_GRACE_MS }));
  if (kind === 'made') {
    const expiresAt = Number(textOf(found).replace('inf', 'Infinity'));
    await confirm(steps, { chatId, userId, createdAt, isListed, expiresAt, now, intent });
  } else {
    await freePlaces(steps, { chatId, userId, reason: 'creator', now, intent }, textOf(found), 0);
  }
}
