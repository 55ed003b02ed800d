/** Whether a call may have come to what it came to, by what was known before it and after it. */

import type { Message, UnreadCount } from '../../src/gen/http/index.ts';
import { isDeepStrictEqual } from 'node:util';
import { OPERATIONS } from '../support/openapi-document.ts';
import { Unsound, type Attempt, type Exchange, type Json, type Snapshot } from './exchange.ts';
import { lastSeqOf, type ChatFacts, type Facts } from './facts.ts';

/** What is refused before anybody looks at the session. */
const BEFORE_SESSION = new Set(['TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'HEADERS_TOO_LARGE']);

/** What is the case as a call is made. */
export function snapshot(
  facts: Facts,
  { session, target, chat }: Pick<Attempt, 'session' | 'target' | 'chat'>,
): Snapshot {
  return {
    isLive: session !== undefined && facts.isLive(session),
    isTargetLive: target !== undefined && facts.isLive(target),
    isOpen: chat !== undefined && facts.isOpen(chat),
    liveCount: facts.liveSessions.length,
    openCount: facts.openChats.length,
    ownOpenCount: session === undefined ? 0 : facts.openChatsOf(session).length,
    position: (chat && session?.positions.get(chat.id)) ?? 0,
  };
}

/**
 * Judges what has come of calls that were made at once, once all of it has been learned. What may have happened in between is
 * given the benefit of the doubt.
 * @throws Unsound
 */
export function judge(facts: Facts, exchanges: readonly Exchange[]): void {
  for (const exchange of exchanges) {
    const { attempt, outcome } = exchange;
    const { code = '' } = outcome;
    if (code === '' || BEFORE_SESSION.has(code)) continue;
    judgeSession(facts, exchange);
    if (code === 'UNAUTHENTICATED') continue;
    if (code === 'INVALID_ARGUMENT' ? attempt.fits === true : attempt.fits === false) {
      throw new Unsound(`${code} for a request that ${attempt.fits ? 'fits' : 'does not fit'} the contract`, attempt);
    }
    if (code === 'OK') judgeSuccess(facts, exchange);
    else judgeRefusal(facts, exchange, exchanges);
  }
  const { maxUsers, maxChats, maxChatsPerUser } = facts.limits;
  if (facts.liveSessions.length > maxUsers) throw new Unsound('more live sessions than may be');
  if (facts.openChats.length > maxChats) throw new Unsound('more open chats than may be');
  for (const session of facts.liveSessions) {
    if (facts.openChatsOf(session).length > maxChatsPerUser)
      throw new Unsound('more open chats of one user than may be');
  }
}

function judgeSession(facts: Facts, { attempt, outcome, before }: Exchange): void {
  const { session, operation, isOperator, isTokenUnclear = false } = attempt;
  const [scheme] = OPERATIONS[operation]!.security;
  if (scheme === undefined) {
    if (outcome.code === 'UNAUTHENTICATED') throw new Unsound('asks for a session that is not needed', attempt);
    return;
  }
  const isRefused = outcome.code === 'UNAUTHENTICATED';
  if ('adminToken' in scheme) {
    if (isRefused && isOperator && !isTokenUnclear) throw new Unsound('the admin token was refused', attempt);
    if (!isRefused && !isOperator) throw new Unsound('answered without the admin token', attempt);
    return;
  }
  const isStillLive = session !== undefined && facts.isLive(session);
  if (isRefused && before.isLive && isStillLive && !isTokenUnclear) {
    throw new Unsound('the token of a live session was refused', attempt);
  }
  if (!isRefused && !before.isLive) throw new Unsound('answered without a live session', attempt);
}

function judgeRefusal(facts: Facts, { attempt, outcome, before }: Exchange, all: readonly Exchange[]): void {
  const { session, chat, request } = attempt;
  const { maxUsers, maxChats, maxChatsPerUser } = facts.limits;
  const created = (operation: string, isCounted: (other: Attempt) => boolean = () => true): number =>
    all.filter(
      ({ attempt: other, outcome: { code } }) => code === 'OK' && other.operation === operation && isCounted(other),
    ).length;
  const own = created('createChat', (other) => other.session === session);
  const isCreator = chat !== undefined && chat.creator === session;
  const reasons: Readonly<Record<string, () => boolean>> = {
    INVALID_ARGUMENT: () => true,
    CHAT_NOT_FOUND: () => !(before.isOpen && facts.isOpen(chat!)),
    SESSION_NOT_FOUND: () => attempt.target === undefined || !facts.isLive(attempt.target),
    CHAT_READ_ONLY: () => before.isOpen && chat!.isReadOnly && !isCreator,
    NOT_CHAT_CREATOR: () => before.isOpen && !isCreator,
    MESSAGE_ID_CONFLICT: () =>
      facts.repeatable(chat!, session!, request['clientMessageId']).some(({ text }) => text !== request['text']),
    USER_LIMIT_REACHED: () => before.liveCount + created('createSession') >= maxUsers,
    USER_CHAT_LIMIT_REACHED: () => before.ownOpenCount + own >= maxChatsPerUser,
    CHAT_LIMIT_REACHED: () => before.openCount + created('createChat') >= maxChats,
    SESSION_HAS_OPEN_CHATS: () => String(request['closeChats']) !== 'true' && before.ownOpenCount + own > 0,
    // How many streams are open only the server knows: the client's end of one may be over already.
    TOO_MANY_STREAMS: () => true,
    // A wait that time has overtaken.
    DEADLINE_EXCEEDED: () => request['wait'] !== undefined,
  };
  const { code = '' } = outcome;
  if (reasons[code]?.() !== true) throw new Unsound(`${code} for no reason`, attempt);
}

function judgeSuccess(facts: Facts, exchange: Exchange): void {
  const { attempt, outcome, before } = exchange;
  const { operation, chat, session, request } = attempt;
  const { body = {} } = outcome;
  if ('chatId' in request && operation !== 'createChat' && !before.isOpen) {
    throw new Unsound('answered for a chat that is not open', attempt);
  }
  const isCreator = chat !== undefined && chat.creator === session;
  if (operation === 'postMessage' && chat!.isReadOnly && !isCreator)
    throw new Unsound('posted where it must not', attempt);
  if (operation === 'endAnySession' && !before.isTargetLive)
    throw new Unsound('ended a session that is not live', attempt);
  if (operation === 'closeChat' && !isCreator) throw new Unsound("closed somebody else's chat", attempt);
  if (Array.isArray(body['messages'])) judgeMessages(chat!, exchange);
  if (operation === 'listUnreadCounts') {
    for (const count of (body['counts'] ?? []) as readonly UnreadCount[]) judgeCount(facts, count, attempt);
  }
  if ('position' in body) {
    const position = body['position'] as number;
    if (position < before.position) throw new Unsound(`a position moved back from ${before.position}`, attempt);
    if (position > lastSeqOf(chat!)) throw new Unsound('a position is beyond the last seq', attempt);
  }
}

function judgeMessages(chat: ChatFacts, { attempt, outcome }: Exchange): void {
  const messages = (outcome.body as Json)['messages'] as readonly Message[];
  const { request } = attempt;
  const size = Number(request['pageSize'] ?? request['limit'] ?? 500);
  if (messages.length > Math.min(size, chat.maxMessages))
    throw new Unsound('more messages than asked for or kept', attempt);
  expectRun(chat, messages, request['order'] === 'NEWEST_FIRST' ? -1 : 1, attempt);
}

/** Messages without a hole, each as it was acknowledged. */
export function expectRun(chat: ChatFacts, messages: readonly Message[], step: 1 | -1, attempt?: Attempt): void {
  messages.forEach((message, index) => {
    if (message.seq !== messages[0]!.seq + step * index) throw new Unsound(`a hole before seq ${message.seq}`, attempt);
    if (!isDeepStrictEqual(message, chat.posts.get(message.seq))) {
      throw new Unsound(`seq ${message.seq} is not as it was acknowledged`, attempt);
    }
  });
}

function judgeCount(facts: Facts, { chatId, position, lastSeq, unread, missed }: UnreadCount, attempt: Attempt): void {
  const chat = facts.chats.get(chatId);
  const first = Math.max(1, lastSeq - (chat?.maxMessages ?? 0) + 1);
  const isRight =
    chat !== undefined &&
    position <= lastSeq &&
    lastSeq <= lastSeqOf(chat) &&
    unread === lastSeq - Math.max(position, first - 1) &&
    missed === Math.max(0, first - 1 - position);
  if (!isRight)
    throw new Unsound(`a wrong count: ${JSON.stringify({ chatId, position, lastSeq, unread, missed })}`, attempt);
}
