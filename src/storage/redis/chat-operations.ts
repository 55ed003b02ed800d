/** Chats: open, find, list, close, and who is active. What each must do is said at `Storage`; the steps, in docs/storage-redis.md. */

import { Refusal } from '../../domain/errors.ts';
import { chatDeadline } from '../../domain/lifetime.ts';
import type { Chat } from '../../domain/models.ts';
import type { ChatPage, CloseChat, CreateChat, GetChat, ListChats, NoteActivity } from '../storage.ts';
import { closeAndFree, closingBy } from './closing.ts';
import { intentOf } from './intents.ts';
import { openChat } from './opening.ts';
import type { Steps } from './operations.ts';
import { chatIdOf, cursorOf, listStart, placeOf } from './records.ts';
import { listOf, numberOf, textOf, textsOf } from './replies.ts';
import { BROKEN_OFF_AFTER_MS, KEY_GRACE_MS } from './times.ts';
import { viewChat } from './view-chat.ts';
import { leaseOf, leaveIfEnded, visitChat } from './visiting.ts';

/** Chats of a list that are passed over at most: where there are more the page ends, short or empty, and the next page goes on. */
const MAX_PASSED_OVER = 1_000;
/** Chats of a page that are looked at together. */
const VIEWS_AT_ONCE = 50;
/** What others would tidy up a moment later is not paid for by a list: after so much the page ends. */
const MAX_TIDIED_PER_PAGE = 500;

export async function createChat(
  steps: Steps,
  command: CreateChat,
): Promise<Chat | Refusal<'UNAUTHENTICATED' | 'USER_CHAT_LIMIT_REACHED' | 'CHAT_LIMIT_REACHED'>> {
  const settings = await openChat(steps, command);
  if (settings instanceof Refusal) return settings;
  const expiresAt = chatDeadline(settings.createdAt, settings.ttlMs);
  const activeUsers = { count: 0, users: [] };
  return { ...settings, expiresAt, messageCount: 0, lastMessageAt: undefined, activeUsers };
}

export async function getChat(steps: Steps, query: GetChat): Promise<Chat | Refusal<'CHAT_NOT_FOUND'>> {
  const { chat } = await viewChat(steps, query);
  return chat ?? new Refusal('CHAT_NOT_FOUND');
}

export async function listChats(
  steps: Steps,
  { unlisted, after, limit, activeSince, now }: ListChats,
): Promise<ChatPage> {
  const query = { now, unlisted, before: listStart(after), limit, passLimit: MAX_PASSED_OVER };
  const [found, end] = listOf(await steps.run('list-chats', '', query));
  const places = textsOf(found);
  const chats: Chat[] = [];
  let tidied = 0;
  for (let start = 0; start < places.length; start += VIEWS_AT_ONCE) {
    const some = places.slice(start, start + VIEWS_AT_ONCE);
    const views = await Promise.all(
      some.map((place) => viewChat(steps, { chatId: chatIdOf(place), activeSince, now })),
    );
    for (const { chat, tidied: count } of views) {
      if (chat !== undefined) chats.push(chat);
      tidied += count;
    }
    const isEnough = tidied >= MAX_TIDIED_PER_PAGE && start + VIEWS_AT_ONCE < places.length;
    if (isEnough) return { chats, next: cursorOf(some.at(-1)!) };
  }
  return { chats, next: end === '' ? undefined : cursorOf(textOf(end)) };
}

export async function closeChat(
  steps: Steps,
  { chatId, userId, now }: CloseChat,
): Promise<Refusal<'CHAT_NOT_FOUND' | 'NOT_CHAT_CREATOR'> | undefined> {
  const closing = closingBy(userId);
  const intent = intentOf({ kind: 'close', chatId, userId: closing.userId, at: now });
  await steps.run('intend', '', { intent, dueAt: now + BROKEN_OFF_AFTER_MS });
  const outcome = await closeAndFree(steps, { chatId, ...closing, now, intent });
  if (outcome === 'closed') return undefined;
  return new Refusal(outcome === 'not-creator' ? 'NOT_CHAT_CREATOR' : 'CHAT_NOT_FOUND');
}

export async function noteActivity(steps: Steps, { chatId, users, now }: NoteActivity): Promise<void> {
  const args = { now, graceMs: KEY_GRACE_MS };
  const known = users.flatMap(({ userId }) => [userId, '', '']);
  const [kind, createdAt, strangers] = listOf(await steps.run('note-activity', chatId, args, known));
  if (kind === 'not-found') return;
  const place = placeOf(numberOf(createdAt), chatId);
  const visitors: { readonly userId: string; readonly lease: number; readonly visitor: string }[] = [];
  await Promise.all(
    textsOf(strangers).map(async (userId) => {
      const session = await visitChat(steps, userId, place, now);
      if (session !== undefined) visitors.push({ userId, ...leaseOf(session, now) });
    }),
  );
  if (visitors.length === 0) return;
  const leased = visitors.flatMap(({ userId, lease, visitor }) => [userId, String(lease), visitor]);
  await steps.run('note-activity', chatId, args, leased);
  await leaveIfEnded(steps, chatId, visitors);
}
