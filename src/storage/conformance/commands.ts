/** Random calls on a whole storage: sessions, chats and messages under a moving clock. The same seed makes the same calls. */

import { createHash } from 'node:crypto';

import { encodedSizeBound } from '../../domain/encoded-size.ts';
import { chatDeadline } from '../../domain/lifetime.ts';
import { fitsOneMore, MAX_CHAT_TTL_MS, MAX_SEQ } from '../../domain/limits.ts';
import type { MessageOrder, User } from '../../domain/models.ts';
import type { Rate } from '../../domain/rates.ts';
import type { Storage } from '../storage.ts';
import { Guesses } from './guesses.ts';
import { asUser, type Visitor } from './handle.ts';
import { MINUTE_MS, SECOND_MS, START_AT } from './moved-clock.ts';
import { RandomChoices } from './random-choices.ts';
import { idSource } from './scene.ts';

/** What a sequence is made of: every operation that answers a caller. */
export type Operation = Exclude<keyof Storage, 'pageTokenKey' | 'watch' | 'sweep' | 'ping' | 'readTime' | 'close'>;

/** One call of an operation. */
export type Command = { readonly [Op in Operation]: CommandOf<Op> }[Operation];

interface CommandOf<Op extends Operation> extends Draft<Op> {
  readonly operation: Op;
  readonly now: number;
}

interface Draft<Op extends Operation> {
  readonly args: Parameters<Storage[Op]>[0];
  /** The call is made only if this visitor's session is live: such operations are for those who were authenticated. */
  readonly caller?: Visitor;
}

interface ChatOf {
  readonly id: string;
  readonly creator: Visitor;
}

/** How often each operation comes, in relation to the others. */
const WEIGHTS: Readonly<Record<Operation, number>> = {
  createSession: 5,
  authenticate: 4,
  endSession: 1,
  listSessions: 2,
  createChat: 4,
  getChat: 4,
  listChats: 3,
  closeChat: 2,
  postMessage: 24,
  listMessages: 8,
  fetchUnread: 10,
  markRead: 4,
  listUnreadCounts: 3,
  readMessages: 4,
  noteActivity: 2,
  getStats: 2,
  spendRates: 4,
};

/**
 * The clock stands or moves in whole ticks, or a little further for statistics and back on the tick after. So nothing that
 * storages may see differently ever decides: no session ends less than 5 s before a call, and no post is about as old as
 * the hour of the statistics or as the 10 s of activity. Chats often end at the very time of a call.
 */
const TICK_MS = 7 * MINUTE_MS;
const TICKS = [...Array<number>(20).fill(1), 2, 3, 6, 8_229];
const SESSION_TTL_MS = 30 * MINUTE_MS;
const CHAT_TTLS_MS = [
  undefined,
  undefined,
  undefined,
  TICK_MS,
  2 * TICK_MS,
  3 * TICK_MS,
  9 * MINUTE_MS,
  MAX_CHAT_TTL_MS,
];
const STATS_SETTLE_MS = 5 * SECOND_MS;

const NAMES = ['Ann', 'Бен', 'Çid 🫖'];
const TEXTS = ['tea?', 'чай?', 'yes '.repeat(40), '🫖'];
/** By key, always the same: what is given back may be forgotten. Some are given back within a tick, some are not. */
const RATES: Readonly<Record<string, Rate>> = {
  a: { burst: 3, periodMs: SECOND_MS },
  A: { burst: 7, periodMs: 10 * TICK_MS },
  's:1': { burst: 100, periodMs: 3 * TICK_MS },
};
const ORDERS: readonly MessageOrder[] = ['OLDEST_FIRST', 'NEWEST_FIRST'];

/** Makes `steps` calls. */
export function* randomCommands(seed: number, steps: number): Generator<Command> {
  const choices = new RandomChoices(seed);
  const newId = idSource(`seed ${seed}`);
  const sessions = new Guesses<Visitor>(choices);
  const chats = new Guesses<ChatOf>(choices);
  let now = START_AT;

  function newVisitor(): Visitor {
    const userId = newId();
    return { userId, displayName: choices.oneOf(NAMES), tokenHash: createHash('sha256').update(userId).digest() };
  }
  function someVisitor(): Visitor {
    return sessions.some(now) ?? newVisitor();
  }
  function someChatId(): string {
    return chats.some(now)?.id ?? newId();
  }
  function someSeq(): number | undefined {
    return choices.chance(0.5) ? undefined : choices.below(12);
  }
  function cut() {
    return { limit: 1 + choices.below(6), maxBytes: 300 + choices.below(3_000) };
  }
  function activeSince(): number {
    return choices.chance(0.5) ? 0 : now - SESSION_TTL_MS;
  }

  const draft: { readonly [Op in Operation]: () => Draft<Op> } = {
    createSession() {
      const visitor = newVisitor();
      const { tokenHash } = visitor;
      const maxUsers = choices.oneOf([0, 0, 4, 6]);
      if (fitsOneMore(sessions.count(now), maxUsers)) sessions.add(visitor, now + SESSION_TTL_MS);
      return { args: { user: asUser(visitor), tokenHash, ttlMs: SESSION_TTL_MS, maxUsers, now } };
    },
    authenticate() {
      const { userId, tokenHash } = someVisitor();
      const tried = choices.chance(0.8) ? tokenHash : someVisitor().tokenHash;
      return { args: { userId, tokenHash: tried, now } };
    },
    endSession() {
      const { userId } = someVisitor();
      const closeChats = choices.chance(0.5);
      if (closeChats) chats.drop(now, ({ creator }) => creator.userId === userId);
      if (closeChats) sessions.drop(now, (visitor) => visitor.userId === userId);
      return { args: { userId, closeChats, now } };
    },
    listSessions: () => ({ args: { after: undefined, limit: 1 + choices.below(4), now } }),
    createChat() {
      const creator = someVisitor();
      const isCreator = ({ userId }: User): boolean => userId === creator.userId;
      const chat = {
        id: newId(),
        title: choices.oneOf(['', ...NAMES]),
        creator: asUser(creator),
        createdAt: now,
        maxMessages: choices.oneOf([0, 1, 3, 5]),
        readOnly: choices.chance(0.2),
        unlisted: choices.chance(0.3),
        ttlMs: choices.oneOf(CHAT_TTLS_MS),
      };
      const [maxChats, maxChatsPerUser] = [choices.oneOf([0, 0, 3, 5]), choices.oneOf([0, 0, 0, 2])];
      if (sessions.count(now, isCreator) > 0 && fitsOneMore(chats.count(now), maxChats)) {
        const closesAt = chatDeadline(now, chat.ttlMs);
        chats.add({ id: chat.id, creator }, closesAt);
        sessions.prolong(now, closesAt + SESSION_TTL_MS, isCreator);
      }
      return { args: { chat, maxChats, maxChatsPerUser } };
    },
    getChat: () => ({ args: { chatId: someChatId(), activeSince: activeSince(), now } }),
    listChats() {
      const page = { after: undefined, limit: 1 + choices.below(4) };
      return { args: { unlisted: choices.chance(0.3), ...page, activeSince: activeSince(), now } };
    },
    closeChat() {
      const chat = chats.some(now);
      const caller = choices.chance(0.6) ? (chat?.creator ?? someVisitor()) : someVisitor();
      const isOperator = choices.chance(0.1);
      if (isOperator || caller === chat?.creator) chats.drop(now, ({ id }) => id === chat?.id);
      if (isOperator) return { args: { chatId: chat?.id ?? newId(), userId: undefined, now } };
      return { caller, args: { chatId: chat?.id ?? newId(), userId: caller.userId, now } };
    },
    postMessage() {
      const author = asUser(someVisitor());
      sessions.prolong(now, now + SESSION_TTL_MS, ({ userId }) => userId === author.userId);
      const text = choices.oneOf(TEXTS);
      const sizeBytes = encodedSizeBound(author.displayName, text);
      const clientMessageId = choices.chance(0.6) ? undefined : choices.oneOf(['a', 'A']);
      return { args: { id: newId(), chatId: someChatId(), author, text, sizeBytes, clientMessageId, now } };
    },
    listMessages() {
      const caller = someVisitor();
      const page = { order: choices.oneOf(ORDERS), fromSeq: someSeq(), markRead: choices.chance(0.7), ...cut() };
      return { caller, args: { chatId: someChatId(), user: asUser(caller), ...page, now } };
    },
    fetchUnread() {
      const caller = someVisitor();
      return { caller, args: { chatId: someChatId(), user: asUser(caller), ackSeq: someSeq(), ...cut(), now } };
    },
    markRead() {
      const caller = someVisitor();
      return { caller, args: { chatId: someChatId(), user: asUser(caller), seq: choices.below(12), now } };
    },
    listUnreadCounts() {
      const caller = someVisitor();
      return { caller, args: { userId: caller.userId, after: undefined, limit: 1 + choices.below(4), now } };
    },
    readMessages() {
      const afterSeq = choices.chance(0.1) ? MAX_SEQ : choices.below(12);
      return { args: { chatId: someChatId(), afterSeq, ...cut(), now } };
    },
    noteActivity: () => ({
      args: { chatId: someChatId(), users: [asUser(someVisitor()), asUser(someVisitor())], now },
    }),
    getStats: () => ({ args: { now } }),
    spendRates() {
      const some = Object.entries(RATES).filter(() => choices.chance(0.6));
      const spends = some.map(([key, rate]) => ({ key, rate, count: choices.below(8), at: now }));
      return { args: { spends, now } };
    },
  };

  function nextOperation(): Operation {
    const isLost = choices.chance(0.3);
    if (!isLost && sessions.count(now) === 0) return 'createSession';
    if (!isLost && chats.count(now) === 0) return 'createChat';
    return choices.weighted(WEIGHTS);
  }

  for (let step = 0; step < steps; step++) {
    const operation = nextOperation();
    const isStats = operation === 'getStats';
    if (isStats) now += STATS_SETTLE_MS;
    yield { operation, now, ...draft[operation]() } as Command;
    if (isStats) now -= STATS_SETTLE_MS;
    if (isStats || choices.chance(0.02)) now += TICK_MS * choices.oneOf(TICKS);
  }
}
