/** Takes what an answer says into the model, and finds what cannot be true beside what is known already. */

import type { Chat, LiveSession, Message, Session } from '../../src/gen/http/index.ts';
import { isDeepStrictEqual } from 'node:util';
import { Unsound, type Attempt, type Exchange, type Json } from './exchange.ts';
import type { ChatFacts, Facts } from './facts.ts';

/** What a wait may come to after it has moved the position. */
const MOVED_NEVERTHELESS: ReadonlySet<string> = new Set(['TOO_MANY_STREAMS', 'DEADLINE_EXCEEDED']);

/** Learns from what a call came to. @throws Unsound */
export function learn(facts: Facts, { attempt, outcome }: Exchange): void {
  const { code, body } = outcome;
  if (attempt.operation === 'fetchUnread' && MOVED_NEVERTHELESS.has(code ?? '')) {
    notePosition(attempt, Number(attempt.request['ackSeq'] ?? 0));
  }
  const isWithoutBody = ['endSession', 'closeChat', 'endAnySession', 'closeAnyChat'].includes(attempt.operation);
  if (code !== 'OK' || (body === undefined && !isWithoutBody)) return;
  LESSONS[attempt.operation]?.(facts, attempt, body ?? {});
}

type Lesson = (facts: Facts, attempt: Attempt, body: Json) => void;

const LESSONS: Readonly<Record<string, Lesson>> = {
  createSession(facts, attempt, { session, token }) {
    const { userId, displayName, createdAt } = session as Session;
    const { displayName: asked } = attempt.request;
    if (facts.sessions.some((other) => other.userId === userId || other.token === token)) {
      throw new Unsound('a user id or a token was given out twice', attempt);
    }
    if (displayName !== normalized(asked as string)) throw new Unsound(`another name: ${displayName}`, attempt);
    expectNow(facts, createdAt, attempt);
    const activeAt = Date.parse(createdAt);
    facts.sessions.push({
      token: token as string,
      userId,
      displayName,
      activeAt,
      isEnded: false,
      positions: new Map(),
    });
  },

  endSession(_facts, { session }) {
    session!.isEnded = true;
  },

  endAnySession(_facts, { target }) {
    target!.isEnded = true;
  },

  createChat(facts, attempt, { chat }) {
    const { title, ttl, maxMessages, readOnly, unlisted } = attempt.request;
    const created = chat as Chat;
    expectNow(facts, created.createdAt, attempt);
    const creator = attempt.session!;
    const createdAt = Date.parse(created.createdAt);
    const ttlMs = ttl === undefined ? facts.limits.maxChatTtlMs : toMs(ttl as string);
    const expected: Partial<Chat> = {
      title: normalized((title as string | undefined) ?? ''),
      creator: { userId: creator.userId, displayName: creator.displayName },
      maxMessages: Number(maxMessages ?? facts.limits.maxChatSize),
      readOnly: (readOnly as boolean | undefined) ?? false,
      unlisted: (unlisted as boolean | undefined) ?? false,
      messageCount: 0,
    };
    expectLike(created, expected, attempt);
    if (ttlMs !== undefined) expectLike(created, { expiresAt: new Date(createdAt + ttlMs).toISOString() }, attempt);
    if (facts.chats.has(created.id)) throw new Unsound('a chat id was given out twice', attempt);
    facts.chats.set(created.id, {
      id: created.id,
      creator,
      title: created.title,
      createdAt,
      maxMessages: created.maxMessages,
      isReadOnly: created.readOnly,
      isUnlisted: created.unlisted,
      expiresAt: ttlMs === undefined ? Infinity : createdAt + ttlMs,
      isClosed: false,
      posts: new Map(),
      repeatable: [],
    });
    creator.positions.set(created.id, 0);
  },

  closeChat(facts, { chat, session }) {
    chat!.isClosed = true;
    session!.activeAt = facts.now;
  },

  closeAnyChat(facts, { chat }) {
    chat!.isClosed = true;
    chat!.creator.activeAt = facts.now;
  },

  postMessage(facts, attempt, { message }) {
    const { chat, session, request } = attempt as Attempt & Required<Pick<Attempt, 'chat' | 'session'>>;
    const posted = message as Message;
    const { userId, displayName } = session!;
    expectLike(posted, { text: request['text'] as string, chatId: chat!.id, author: { userId, displayName } }, attempt);
    const { clientMessageId } = request;
    const [first] = clientMessageId === undefined ? [] : facts.repeatable(chat!, session!, clientMessageId);
    if (first !== undefined) {
      if (!isDeepStrictEqual(first, posted)) throw new Unsound('a repeat was given another message', attempt);
      return;
    }
    expectNow(facts, posted.sentAt, attempt);
    if (chat!.posts.has(posted.seq)) throw new Unsound(`seq ${posted.seq} was given twice`, attempt);
    chat!.posts.set(posted.seq, posted);
    if (clientMessageId !== undefined) {
      chat!.repeatable.push({ userId, clientMessageId: clientMessageId as string, message: posted });
    }
    session!.activeAt = facts.now;
  },

  listMessages(facts, attempt, { nextPageToken, position }) {
    noteToken(facts, attempt, nextPageToken);
    if (position !== undefined) notePosition(attempt, position);
  },

  fetchUnread(_facts, attempt, { position }) {
    notePosition(attempt, position);
  },

  markRead(_facts, attempt, { position }) {
    notePosition(attempt, position);
    if ((position as number) < Number(attempt.request['seq'])) throw new Unsound('the position is not there', attempt);
  },

  listChats(facts, attempt, { nextPageToken }) {
    noteToken(facts, attempt, nextPageToken);
  },

  listSessions(facts, attempt, { sessions, nextPageToken }) {
    noteToken(facts, attempt, nextPageToken);
    for (const { userId, displayName } of sessions as readonly LiveSession[]) {
      const known = facts.sessionOf(userId);
      // One that begins at the same time may be acknowledged later.
      if (known !== undefined) expectLike({ displayName }, { displayName: known.displayName }, attempt);
    }
  },

  listAllChats(facts, attempt, { nextPageToken }) {
    noteToken(facts, attempt, nextPageToken);
  },

  listUnreadCounts(facts, attempt, { nextPageToken }) {
    noteToken(facts, attempt, nextPageToken);
  },

  getSession(_facts, attempt, { session }) {
    const { userId, displayName } = attempt.session!;
    expectLike(session as Session, { userId, displayName }, attempt);
  },

  getChat(facts, attempt, { chat }) {
    expectChat(facts, chat as Chat, attempt.chat!, attempt);
  },
};

/** Compares a chat with what was acknowledged of it. */
export function expectChat(facts: Facts, chat: Chat, known: ChatFacts, attempt?: Attempt): void {
  const { id, title, maxMessages, isReadOnly: readOnly, isUnlisted: unlisted } = known;
  expectLike(chat, { id, title, maxMessages, readOnly, unlisted }, attempt);
  if (chat.messageCount > maxMessages) throw new Unsound('more is kept than may be', attempt);
  if (chat.activeUsers.count > facts.sessions.length)
    throw new Unsound('more are active than ever were there', attempt);
}

function noteToken(facts: Facts, { operation, request, session, chat }: Attempt, token: unknown): void {
  if (token === undefined) return;
  const userId = session?.userId;
  const order = request['order'] ?? 'OLDEST_FIRST';
  facts.pageTokens.push({ token: token as string, operation, userId, chatId: chat?.id, order });
}

function notePosition({ chat, session }: Attempt, position: unknown): void {
  const highest = Math.max(session!.positions.get(chat!.id) ?? 0, position as number);
  session!.positions.set(chat!.id, highest);
}

function expectNow({ now }: Facts, time: string, attempt: Attempt): void {
  if (Date.parse(time) !== now) throw new Unsound(`it is ${new Date(now).toISOString()}, not ${time}`, attempt);
}

function expectLike<T extends object>(actual: T, expected: Partial<T>, attempt?: Attempt): void {
  for (const [name, value] of Object.entries(expected)) {
    const found = (actual as Json)[name];
    if (isDeepStrictEqual(found, value)) continue;
    throw new Unsound(`${name} is ${JSON.stringify(found)}, not ${JSON.stringify(value)}`, attempt);
  }
}

function normalized(name: string): string {
  return name
    .normalize('NFC')
    .replace(/^\p{White_Space}+|\p{White_Space}+$/gu, '')
    .replace(/\p{Zs}+/gu, ' ');
}

function toMs(duration: string): number {
  return Math.round(Number(duration.slice(0, -1)) * 1000);
}
