/** Pages of chats, however they are chosen: cut by count and by size. */

import { chatSizeBound } from '../domain/encoded-size.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_BYTES } from '../domain/limits.ts';
import type { Chat } from '../domain/models.ts';
import type { ChatCursor, ChatPage } from '../storage/storage.ts';
import type { Caller } from './calls.ts';
import type { Dependencies } from './dependencies.ts';

/** Which page. */
export interface ChatPageQuery {
  /** Whether those that are left out of lists are shown, too. */
  readonly unlisted: boolean;
  readonly after: ChatCursor | undefined;
  readonly pageSize: number | undefined;
}

/** Asks the storage for a page of open chats; what of it is too much for one answer is left to the next. */
export async function readChatPage(
  { storage, limits }: Pick<Dependencies, 'storage' | 'limits'>,
  caller: Pick<Caller, 'now' | 'signal'>,
  { unlisted, after, pageSize = DEFAULT_PAGE_SIZE }: ChatPageQuery,
): Promise<ChatPage> {
  const { now } = caller;
  const activeSince = now - limits.sessionTtlMs;
  const page = await storage.listChats({ unlisted, after, limit: pageSize, activeSince, now }, caller);
  const chats = cut(page.chats);
  const last = chats.at(-1);
  const isCut = last !== undefined && chats.length < page.chats.length;
  return { chats, next: isCut ? { createdAt: last.createdAt, chatId: last.id } : page.next };
}

/** As many chats, from the first, as fit an answer; at least one if there is one. */
function cut(chats: readonly Chat[]): readonly Chat[] {
  let bytes = 0;
  const end = chats.findIndex((chat, index) => (bytes += chatSizeBound(chat)) > MAX_PAGE_BYTES && index > 0);
  return end === -1 ? chats : chats.slice(0, end);
}
