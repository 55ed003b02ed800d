/** Looks at a whole server after a scenario: everything must be there that was acknowledged, exactly so, and nothing else. */

import * as Http from '../../src/gen/http/index.ts';
import { ADMIN_TOKEN } from '../support/admin-token.ts';
import { httpClient } from '../support/http-person.ts';
import { Unsound } from './exchange.ts';
import { keptCountOf, lastSeqOf, type ChatFacts, type Facts, type SessionFacts } from './facts.ts';
import { expectRun } from './judge.ts';
import { expectChat } from './learn.ts';

/** Small, so that there are many pages. */
const PAGE_SIZE = 2;

/** Compares a server with all that is known of it. @throws Unsound */
export async function checkSoundness(facts: Facts, port: number): Promise<void> {
  await checkStats(facts, port);
  for (const session of facts.sessions) await checkSession(facts, session, port);
  const operator = httpClient(port, ADMIN_TOKEN);
  await checkSessions(facts, operator);
  await checkAllChats(facts, operator);
  const [reader] = facts.liveSessions;
  if (reader === undefined) return;
  const client = httpClient(port, reader.token);
  await checkList(facts, client);
  for (const chat of facts.chats.values()) await checkChat(facts, chat, client);
  for (const session of facts.liveSessions) await checkCounts(facts, session, port);
}

async function checkStats(facts: Facts, port: number): Promise<void> {
  const { data } = await Http.getStats({ client: httpClient(port), throwOnError: true });
  const messages = facts.openChats.reduce((total, chat) => total + keptCountOf(chat), 0);
  const { atLeast, atMost } = facts.postedLastHour;
  expectSame('users', data.users, facts.liveSessions.length);
  expectSame('chats', data.chats, facts.openChats.length);
  expectSame('messages', data.messages, messages);
  const { messagesLastHour } = data;
  if (messagesLastHour < atLeast || messagesLastHour > atMost) {
    throw new Unsound(`messagesLastHour is ${messagesLastHour}, not between ${atLeast} and ${atMost}`);
  }
}

async function checkSession(facts: Facts, session: SessionFacts, port: number): Promise<void> {
  const { data, error } = await Http.getSession({ client: httpClient(port, session.token) });
  if (!facts.isLive(session)) {
    expectSame('an ended session', error?.code, 'UNAUTHENTICATED');
    return;
  }
  const deadline = facts.deadline(session);
  const expected = deadline === Infinity ? undefined : new Date(deadline).toISOString();
  expectSame(`expiresAt of ${session.userId}`, data?.session.expiresAt, expected);
}

/** Every open chat that is listed, newest first, each once. */
async function checkList(facts: Facts, client: ReturnType<typeof httpClient>): Promise<void> {
  const listed: Http.Chat[] = [];
  let pageToken: string | undefined;
  do {
    const query = { pageSize: PAGE_SIZE, ...(pageToken !== undefined && { pageToken }) };
    const { data } = await Http.listChats({ client, query, throwOnError: true });
    listed.push(...data.chats);
    pageToken = data.nextPageToken;
  } while (pageToken !== undefined);
  const expected = facts.openChats.filter(({ isUnlisted }) => !isUnlisted);
  expectSame('listed chats', listed.map(({ id }) => id).toSorted(), expected.map(({ id }) => id).toSorted());
  const times = listed.map(({ createdAt }) => createdAt);
  expectSame('the order of chats', times, times.toSorted().toReversed());
}

/** Every live session, each once, with its open chats. */
async function checkSessions(facts: Facts, client: ReturnType<typeof httpClient>): Promise<void> {
  const listed: Http.LiveSession[] = [];
  let pageToken: string | undefined;
  do {
    const query = { pageSize: PAGE_SIZE, ...(pageToken !== undefined && { pageToken }) };
    const { data } = await Http.listSessions({ client, query, throwOnError: true });
    listed.push(...data.sessions);
    pageToken = data.nextPageToken;
  } while (pageToken !== undefined);
  const expected = facts.liveSessions.map((session) => `${session.userId}: ${facts.openChatsOf(session).length}`);
  const found = listed.map(({ userId, openChats }) => `${userId}: ${openChats}`);
  expectSame('listed sessions', found.toSorted(), expected.toSorted());
}

/** Every open chat, newest first, each once. */
async function checkAllChats(facts: Facts, client: ReturnType<typeof httpClient>): Promise<void> {
  const listed: Http.Chat[] = [];
  let pageToken: string | undefined;
  do {
    const query = { pageSize: PAGE_SIZE, ...(pageToken !== undefined && { pageToken }) };
    const { data } = await Http.listAllChats({ client, query, throwOnError: true });
    listed.push(...data.chats);
    pageToken = data.nextPageToken;
  } while (pageToken !== undefined);
  expectSame('all chats', listed.map(({ id }) => id).toSorted(), facts.openChats.map(({ id }) => id).toSorted());
}

async function checkChat(facts: Facts, chat: ChatFacts, client: ReturnType<typeof httpClient>): Promise<void> {
  const path = { chatId: chat.id };
  const { data, error } = await Http.getChat({ client, path });
  if (!facts.isOpen(chat)) {
    expectSame('a closed chat', error?.code, 'CHAT_NOT_FOUND');
    return;
  }
  expectChat(facts, data!.chat, chat);
  expectSame('messageCount', data!.chat.messageCount, keptCountOf(chat));
  expectSame('acknowledged posts', chat.posts.size, lastSeqOf(chat));
  const messages: Http.Message[] = [];
  let pageToken: string | undefined;
  do {
    const query = { pageSize: PAGE_SIZE, markRead: false, ...(pageToken !== undefined && { pageToken }) };
    const page = await Http.listMessages({ client, path, query, throwOnError: true });
    messages.push(...page.data.messages);
    pageToken = page.data.nextPageToken;
  } while (pageToken !== undefined);
  expectSame('kept messages', messages.length, keptCountOf(chat));
  if (messages.length > 0) expectSame('the last message', messages.at(-1)?.seq, lastSeqOf(chat));
  expectRun(chat, messages, 1);
  const times = messages.map(({ sentAt }) => sentAt);
  expectSame('times that never decrease', times, times.toSorted());
}

/** A count for every open chat where the user has a position, and no other. */
async function checkCounts(facts: Facts, session: SessionFacts, port: number): Promise<void> {
  const client = httpClient(port, session.token);
  const { data } = await Http.listUnreadCounts({ client, query: { pageSize: 500 }, throwOnError: true });
  const visited = facts.openChats.filter(({ id }) => session.positions.has(id));
  expectSame('counts', data.counts.map(({ chatId }) => chatId).toSorted(), visited.map(({ id }) => id).toSorted());
  for (const { chatId, position, lastSeq, unread, missed } of data.counts) {
    const chat = facts.chats.get(chatId)!;
    const first = Math.max(1, lastSeq - chat.maxMessages + 1);
    expectSame('lastSeq', lastSeq, lastSeqOf(chat));
    expectSame('unread', unread, lastSeq - Math.max(position, first - 1));
    expectSame('missed', missed, Math.max(0, first - 1 - position));
    const floor = session.positions.get(chatId) ?? 0;
    if (position < floor || position > lastSeq)
      throw new Unsound(`a position is ${position}, not from ${floor} to ${lastSeq}`);
  }
}

function expectSame(what: string, actual: unknown, expected: unknown): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) throw new Unsound(`${what}: ${found}, not ${wanted}`);
}
