/**
 * What a crash leaves: every operation of several steps is broken off after each of its steps, and repaired by house-keeping on another
 * handle within 10 s.
 */

import { randomUUID } from 'node:crypto';

import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Stats } from '../../src/domain/models.ts';
import { Refusal } from '../../src/domain/errors.ts';
import { RECENT_WINDOW_MS } from '../../src/domain/limits.ts';
import { accepted, expectRefusal } from '../../src/storage/conformance/answers.ts';
import { type ChatId, Handle, SESSION_TTL_MS, type Visitor } from '../../src/storage/conformance/handle.ts';
import { DAY_MS, MINUTE_MS, MovedClock, SECOND_MS, START_AT } from '../../src/storage/conformance/moved-clock.ts';
import { idSource } from '../../src/storage/conformance/scene.ts';
import { openData } from '../../src/storage/redis/open-redis-storage.ts';
import { StorageUnavailableError } from '../../src/storage/storage.ts';
import { connectStandalone } from '../../src/storage/redis/redis-connection.ts';
import { MortalConnection } from '../support/mortal-connection.ts';
import { recordedLog } from '../support/recorded-log.ts';
import { startRedis, type TestRedis } from '../support/servers/redis-server.ts';

let redis: TestRedis;
const raw = { client: createClient() };
beforeAll(async () => {
  redis = await startRedis();
  raw.client = createClient({ url: redis.url });
  raw.client.on('error', () => {});
  await raw.client.connect();
});
afterAll(async () => {
  raw.client.destroy();
  await redis.close();
});

/** Everything is repaired at the latest this long after a crash. */
const REPAIRED_WITHIN_MS = 10 * SECOND_MS;
/** Nothing takes as many steps. */
const MAX_STEPS = 60;

/** Who and what a play is about; it adds whoever and whatever it makes. */
interface Scene {
  /** A handle whose process lives. */
  readonly one: Handle;
  readonly clock: MovedClock;
  readonly users: Visitor[];
  readonly chats: ChatId[];
  /** The figures before the clock was moved. */
  figures: Stats;
}

/** Prepares a scene and returns what is done in it by a handle whose process dies on the way. */
type Play = (scene: Scene) => Promise<(dying: Handle) => Promise<unknown>>;

const PLAYS: Readonly<Record<string, Play>> = {
  'starting a session': async ({ one, users }) => {
    const ann = one.newVisitor('Ann');
    users.push(ann);
    return (dying) => dying.createSession({ user: ann, tokenHash: ann.tokenHash });
  },
  'starting a session in the place of one that is over': async ({ one, clock, users }) => {
    users.push(await one.newSession('Old'));
    clock.advance(SESSION_TTL_MS + 5 * SECOND_MS);
    const ann = one.newVisitor('Ann');
    users.push(ann);
    return (dying) => dying.createSession({ user: ann, tokenHash: ann.tokenHash, maxUsers: 1 });
  },
  'ending a session': async ({ one, users, chats }) => {
    const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
    users.push(host, ann);
    for (let count = 0; count < 2; count++) {
      const chat = await one.newChat(host);
      chats.push(chat);
      await accepted(one.fetchUnread(ann, chat));
    }
    return (dying) => dying.endSession(ann);
  },
  'ending a session with its chats': async ({ one, users, chats }) => {
    const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
    users.push(ann, ben);
    for (const unlisted of [true, false]) {
      const chat = await one.newChat(ann, { unlisted });
      chats.push(chat);
      await accepted(one.post(ben, chat, 'hello'));
      await accepted(one.fetchUnread(ben, chat));
    }
    return (dying) => dying.endSession(ann, true);
  },
  'closing a chat by an operator': async ({ one, users, chats }) => {
    const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
    users.push(ann, ben);
    const chat = await one.newChat(ann, { unlisted: true });
    chats.push(chat);
    await accepted(one.post(ben, chat, 'hello'));
    return (dying) => dying.closeAnyChat(chat);
  },
  'opening a chat': async ({ one, users, chats }) => {
    const ann = await one.newSession('Ann');
    users.push(ann);
    const chat = { id: one.newId() };
    chats.push(chat);
    return (dying) => dying.createChat(ann, chat);
  },
  'opening a chat whose creator’s session ends meanwhile': async ({ one, users, chats }) => {
    const ann = await one.newSession('Ann');
    users.push(ann);
    const chat = { id: one.newId() };
    chats.push(chat);
    return (dying) => Promise.all([dying.createChat(ann, chat), one.endSession(ann, true)]);
  },
  'opening a chat that is refused by the limit': async ({ one, users, chats }) => {
    const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
    users.push(host, ann);
    chats.push(await one.newChat(host));
    return (dying) => dying.createChat(ann, { maxChats: 1 });
  },
  'closing a chat': async ({ one, users, chats }) => {
    const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
    users.push(ann, ben);
    const chat = await one.newChat(ann);
    chats.push(chat);
    await accepted(one.post(ben, chat, 'hello'));
    await accepted(one.fetchUnread(ben, chat));
    return (dying) => dying.closeChat(ann, chat);
  },
  'closing a chat of somebody else': async ({ one, users, chats }) => {
    const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
    users.push(ann, ben);
    const chat = await one.newChat(ann);
    chats.push(chat);
    return (dying) => dying.closeChat(ben, chat);
  },
  'a first post': async ({ one, users, chats }) => {
    const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
    users.push(ann, ben);
    const chat = await one.newChat(ann);
    chats.push(chat);
    return (dying) => dying.post(ben, chat, 'hello', { clientMessageId: 'a' });
  },
  'posts that follow': async ({ one, users, chats }) => {
    const ann = await one.newSession('Ann');
    users.push(ann);
    const chat = await one.newChat(ann, { maxMessages: 2 });
    chats.push(chat);
    await accepted(one.post(ann, chat, 'hello'));
    return async (dying) => {
      for (let count = 0; count < 4; count++) await dying.post(ann, chat, 'and on');
    };
  },
  'a first visit': async ({ one, users, chats }) => {
    const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
    users.push(ann, ben);
    const chat = await one.newChat(ann);
    chats.push(chat);
    return (dying) => dying.fetchUnread(ben, chat);
  },
  'house-keeping': async (scene) => {
    const { one, clock, users, chats } = scene;
    const [host, ann, ben] = [await one.newSession('Host'), await one.newSession('Ann'), await one.newSession('Ben')];
    users.push(host, ann, ben);
    const [stays, expires] = [await one.newChat(host), await one.newChat(host, { ttlMs: MINUTE_MS })];
    chats.push(stays, expires);
    for (const chat of chats) {
      for (const user of [ann, ben]) await accepted(one.fetchUnread(user, chat));
      await accepted(one.post(ben, chat, 'hello'));
    }
    scene.figures = await one.getStats();
    clock.advance(SESSION_TTL_MS + 5 * SECOND_MS);
    return (dying) => dying.sweepAll();
  },
  'figures that find much over': async (scene) => {
    const { one, clock, users, chats } = scene;
    const ann = await one.newSession('Ann');
    users.push(ann);
    chats.push(await one.newChat(ann, { ttlMs: MINUTE_MS }));
    await accepted(one.post(ann, chats[0]!, 'hello'));
    scene.figures = await one.getStats();
    clock.advance(DAY_MS);
    return (dying) => dying.getStats();
  },
};

describe('a crash on the way', () => {
  for (const [name, play] of Object.entries(PLAYS)) {
    test(`through ${name} leaves nothing that house-keeping does not repair`, async () => {
      let hasEnded = false;
      for (let steps = 0; !hasEnded; steps++) {
        expect(steps).toBeLessThan(MAX_STEPS);
        hasEnded = await playAndBreakOff(play, steps);
      }
    });
  }
});

describe('a process that goes on after its work was given up', () => {
  test.each([
    ['chat', 2],
    ['session', 1],
  ] as const)('makes no %s any more', async (what, stepsBefore) => {
    const prefix = `late-${randomUUID()}`;
    const [clock, newId] = [new MovedClock(), idSource()];
    const late = new MortalConnection(await connectStandalone(redis.url, recordedLog()));
    const one = new Handle(await openData(await connectStandalone(redis.url, recordedLog()), { prefix }), clock, newId);
    const other = new Handle(await openData(late, { prefix }), clock, newId);
    const host = await one.newSession('Host');
    const ann = one.newVisitor('Ann');
    const goOn = late.pauseAfter(stepsBefore);
    const making =
      what === 'chat'
        ? other.createChat(host, { maxChats: 1 })
        : other.createSession({ user: ann, tokenHash: ann.tokenHash, maxUsers: 2 });
    const outcome = making.catch((error: unknown) => error);
    await late.paused;
    clock.advance(REPAIRED_WITHIN_MS);
    await one.sweepAll();
    goOn();
    expect(await outcome).toBeInstanceOf(StorageUnavailableError);
    expect(await one.getStats()).toMatchObject({ users: 1, chats: 0 });
    await accepted(one.createSession({ maxUsers: 2 }));
    await accepted(one.createChat(host, { maxChats: 1, maxChatsPerUser: 1 }));
    for (const handle of [one, other]) await handle.storage.close();
  });
});

/** @returns whether the play came to its end before its process died */
async function playAndBreakOff(play: Play, steps: number): Promise<boolean> {
  const prefix = `crash-${randomUUID()}`;
  const [clock, newId] = [new MovedClock(), idSource()];
  const connections = [
    await connectStandalone(redis.url, recordedLog()),
    await connectStandalone(redis.url, recordedLog()),
  ];
  const mortal = new MortalConnection(connections[1]!);
  const storages = [await openData(connections[0]!, { prefix }), await openData(mortal, { prefix })] as const;
  const one = new Handle(storages[0], clock, newId);
  const scene: Scene = { one, clock, users: [], chats: [], figures: await one.getStats() };
  const run = await play(scene);
  const isRecent = clock.now < START_AT + RECENT_WINDOW_MS - MINUTE_MS;
  const before = clock.now === START_AT ? await one.getStats() : scene.figures;
  const posted = new Map<string, number>();
  for (const { id } of scene.chats) posted.set(id, await lastSeq(one, id));

  mortal.stepsLeft = steps;
  const outcome = await run(new Handle(storages[1], clock, newId)).catch((error: unknown) => error);
  const hasDied = mortal.stepsLeft === 0 && outcome instanceof Error;
  mortal.stepsLeft = 0;
  if (outcome instanceof Error && !hasDied) throw outcome;

  for (let passedMs = 0; passedMs < REPAIRED_WITHIN_MS; passedMs += SECOND_MS) {
    clock.advance(SECOND_MS);
    await one.sweepAll(3);
  }
  let messagesLastHour = isRecent ? before.messagesLastHour : 0;
  for (const { id } of scene.chats) messagesLastHour += Math.max(0, (await lastSeq(one, id)) - (posted.get(id) ?? 0));
  expect(await one.getStats()).toMatchObject({ messagesLastHour });
  await expectConsistency(scene, prefix);
  await expectEmptiness(scene, prefix);
  for (const storage of storages) await storage.close().catch(() => {});
  return !hasDied;
}

/** How far a chat has come; 0 if it is not open. */
async function lastSeq(one: Handle, id: string): Promise<number> {
  const run = await one.readMessages({ id });
  return run instanceof Refusal ? 0 : run.kept.last;
}

/** What there is, the figures, the lists and the limits agree. */
async function expectConsistency({ one, users, chats }: Scene, prefix: string): Promise<void> {
  const live: Visitor[] = [];
  for (const user of users) if (!((await one.authenticate(user)) instanceof Refusal)) live.push(user);
  const known = new Map<Visitor, string[]>();
  for (const user of live) {
    const places = await raw.client.zRange(`${prefix}:{u:${user.userId}}:visits`, 0, -1);
    known.set(
      user,
      places.map((place) => place.split(':')[1]!),
    );
  }
  const open: { readonly id: string; readonly creator: string; readonly unlisted: boolean }[] = [];
  let messages = 0;
  for (const { id } of chats) {
    const chat = await one.getChat({ id });
    if (chat instanceof Refusal) continue;
    open.push({ id, creator: chat.creator.userId, unlisted: chat.unlisted });
    messages += chat.messageCount;
    for (const { userId } of chat.activeUsers.users) expect(live.map((user) => user.userId)).toContain(userId);
  }
  expect(await one.getStats()).toMatchObject({ users: live.length, chats: open.length, messages });
  const listed = (await one.listChats()).chats.map(({ id }) => id);
  expect(listed.toSorted()).toEqual(
    open
      .filter(({ unlisted }) => !unlisted)
      .map(({ id }) => id)
      .toSorted(),
  );
  const all = (await one.listChats({ unlisted: true })).chats.map(({ id }) => id);
  expect(all.toSorted()).toEqual(open.map(({ id }) => id).toSorted());
  const sessions = (await one.listSessions()).sessions.map(({ userId, openChats }) => [userId, openChats]);
  const ownCount = (user: Visitor): number => open.filter(({ creator }) => creator === user.userId).length;
  expect(Object.fromEntries(sessions)).toEqual(Object.fromEntries(live.map((user) => [user.userId, ownCount(user)])));
  for (const user of live) {
    expect(open.map(({ id }) => id)).toEqual(expect.arrayContaining(known.get(user)!));
    const own = open.filter(({ creator }) => creator === user.userId).map(({ id }) => id);
    const visited = (await one.listUnreadCounts(user)).counts.map(({ chatId }) => chatId);
    expect(visited).toEqual(expect.arrayContaining(own));
    if (own.length > 0)
      await expectRefusal(one.createChat(user, { maxChatsPerUser: own.length }), 'USER_CHAT_LIMIT_REACHED');
    chats.push(await accepted(one.createChat(user, { maxChatsPerUser: own.length + 1, maxChats: open.length + 1 })));
    await accepted(one.closeChat(user, chats.pop()!));
  }
  if (live.length > 0) await expectRefusal(one.createSession({ maxUsers: live.length }), 'USER_LIMIT_REACHED');
  users.push(await one.newSession('Late', { maxUsers: live.length + 1 }));
  if (open.length > 0)
    await expectRefusal(one.createChat(users.at(-1)!, { maxChats: open.length }), 'CHAT_LIMIT_REACHED');
  await one.sweepAll();
  for (const queue of ['journal', 'unreported', 'departed', 'closed']) {
    expect({ queue, left: await raw.client.zRange(`${prefix}:{server}:${queue}`, 0, -1) }).toEqual({ queue, left: [] });
  }
}

/** When all is over and was swept, nothing is left that would stay. */
async function expectEmptiness({ one, clock, users }: Scene, prefix: string): Promise<void> {
  for (const user of users) await one.endSession(user, true);
  clock.advance(DAY_MS);
  await one.sweepAll();
  const stays = new Set(['meta', 'totals', 'recent'].map((part) => `${prefix}:{server}:${part}`));
  const left: string[] = [];
  for (const key of await keysOf(prefix)) {
    if (!stays.has(key) && (await raw.client.pTTL(key)) < 0) left.push(key);
  }
  expect(left).toEqual([]);
  expect(await one.getStats()).toMatchObject({ users: 0, chats: 0, messages: 0 });
}

async function keysOf(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const some of raw.client.scanIterator({ MATCH: `${prefix}:*`, COUNT: 1_000 })) keys.push(...some);
  return keys;
}
