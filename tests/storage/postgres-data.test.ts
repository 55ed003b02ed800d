/** What is in the tables of the storage on PostgreSQL: exact limits and dense numbers after races, nothing after house-keeping. */

import { afterAll, describe, expect, test } from 'vitest';

import { accepted, acceptedOnly, range, seqsOf, tally } from '../../src/storage/conformance/answers.ts';
import { Handle, SESSION_TTL_MS } from '../../src/storage/conformance/handle.ts';
import { DAY_MS, MINUTE_MS, MovedClock } from '../../src/storage/conformance/moved-clock.ts';
import { race } from '../../src/storage/conformance/race.ts';
import { idSource } from '../../src/storage/conformance/scene.ts';
import { watchOn } from '../../src/storage/conformance/watch-on.ts';
import { openPostgresStorage } from '../../src/storage/postgres/open-postgres-storage.ts';
import { PostgresSchemas } from '../support/postgres-schemas.ts';
import { startPostgres } from '../support/servers/postgres-server.ts';

const server = await startPostgres();
const schemas = await PostgresSchemas.connect(server.url);
/** Tables with a row for each thing stored. */
const TABLES = [
  'sessions',
  'chats',
  'messages',
  'trims',
  'retry_ids',
  'visits',
  'closed_chats',
  'ended_sessions',
] as const;

afterAll(async () => {
  await schemas.close();
  await server.close();
});

/** Three handles on fresh data, and what the tables hold. */
async function scene() {
  const opened = await schemas.open(3);
  const { handles, schema } = opened;
  const clock = new MovedClock();
  const newId = idSource(schema);
  const [one, other, third] = handles.map((storage) => new Handle(storage, clock, newId));
  if (one === undefined || other === undefined || third === undefined) throw new Error('three handles were asked for');
  const counts = async (): Promise<Record<string, number>> => {
    const columns = TABLES.map((table) => `(SELECT count(*)::int FROM ${schema}.${table}) AS ${table}`);
    const [line] = await schemas.run(`SELECT ${columns.join(', ')}`);
    return line as Record<string, number>;
  };
  return { one, other, third, all: [one, other, third], clock, counts, schema, close: () => opened.close() };
}

describe('races through three handles', () => {
  test('of 3 x 200 who come at once, exactly as many get in as the limit says', async () => {
    const { one, other, all, close } = await scene();
    const sessions = await race(all, 600, (handle) => handle.createSession({ maxUsers: 100 }));
    expect(tally(sessions)).toEqual({ accepted: 100, USER_LIMIT_REACHED: 500 });
    const hosts = acceptedOnly(sessions);
    const chats = await race(all, 600, (handle, turn) => handle.createChat(hosts[turn % 9]!, { maxChats: 70 }));
    expect(tally(chats)).toEqual({ accepted: 70, CHAT_LIMIT_REACHED: 530 });
    expect(await one.getStats()).toMatchObject({ users: 100, chats: 70 });
    expect((await other.listChats()).chats).toHaveLength(70);
    await close();
  });

  test('posts to many chats in opposite orders get every seq of each chat once', async () => {
    const { one, all, close } = await scene();
    const authors = await race(all, 6, (handle) => handle.newSession());
    const chats = await race(all, 20, (handle) => handle.newChat(authors[0]!));
    await Promise.all(
      all.map((handle, place) =>
        Promise.all(
          (place % 2 === 0 ? chats : chats.toReversed()).flatMap((chat, index) =>
            authors.map((author) => accepted(handle.post(author, chat, `${place} ${index}`))),
          ),
        ),
      ),
    );
    for (const chat of chats) {
      expect(seqsOf((await accepted(one.readMessages(chat))).messages)).toEqual(range(1, 18));
    }
    expect(await one.getStats()).toMatchObject({ messages: 360, messagesLastHour: 360 });
    await close();
  });

  test('everything at once ends without a failure, and the figures are those of the tables', async () => {
    const { one, all, clock, counts, close } = await scene();
    const users = await race(all, 12, (handle) => handle.newSession());
    const chats = await race(all, 12, (handle, turn) =>
      handle.newChat(users[turn]!, { maxMessages: 5, ttlMs: turn % 3 === 0 ? MINUTE_MS : undefined }),
    );
    await race(all, 400, async (handle, turn) => {
      const [user, chat] = [users[turn % 11]!, chats[(turn * 7) % 12]!];
      const deeds = [
        () => handle.post(user, chat, 'hello', { clientMessageId: `${turn % 20}` }),
        () => handle.post(user, chat, 'hello'),
        () => handle.fetchUnread(user, chat),
        () => handle.listMessages(user, chat),
        () => handle.noteActivity(chat, ...users),
        () => handle.storage.sweep({ now: clock.now + (turn > 200 ? MINUTE_MS : 0), limit: 3 }),
        () => (turn % 97 === 0 ? handle.closeChat(user, chat) : handle.getChat(chat)),
        () => (turn % 61 === 0 ? handle.endSession(users[11]!, true) : handle.getStats()),
      ];
      await deeds[turn % deeds.length]?.();
    });
    clock.advance(2 * MINUTE_MS);
    for (const handle of all) await handle.sweepAll();
    const { sessions, chats: open, messages } = await counts();
    expect(await one.getStats()).toMatchObject({ users: sessions, chats: open, messages });
    await close();
  });
});

describe('house-keeping', () => {
  test('deletes messages that are not kept any more, and only those', async () => {
    const { one, other, counts, close } = await scene();
    const ann = await one.newSession();
    const chat = await one.newChat(ann, { maxMessages: 10 });
    await race([one, other], 50, (handle) => accepted(handle.post(ann, chat, 'x')));
    await other.sweepAll(7);
    expect(await counts()).toMatchObject({ messages: 10, trims: 0 });
    await accepted(one.post(ann, chat, 'x'));
    expect(await counts()).toMatchObject({ messages: 11, trims: 1 });
    await one.sweepAll();
    expect(seqsOf((await accepted(other.readMessages(chat))).messages)).toEqual(range(42, 51));
    expect(await counts()).toMatchObject({ messages: 10, trims: 0 });
    await close();
  });

  test('leaves no word of them, though their client message ids are remembered', async () => {
    const { one, schema, close } = await scene();
    const ann = await one.newSession();
    const chat = await one.newChat(ann, { maxMessages: 1 });
    const first = await accepted(one.post(ann, chat, 'confidential', { clientMessageId: 'a' }));
    await accepted(one.post(ann, chat, 'harmless'));
    await one.sweepAll();
    for (const table of TABLES) {
      const found = await schemas.run(`SELECT FROM ${schema}.${table} AS line WHERE line::text LIKE '%confidential%'`);
      expect(found, table).toEqual([]);
    }
    expect(await one.post(ann, chat, 'confidential', { clientMessageId: 'a' })).toEqual(first);
    await close();
  });

  test('deletes them although somebody posts to their chat at every moment', async () => {
    const { one, schema, counts, close } = await scene();
    const ann = await one.newSession();
    const chat = await one.newChat(ann, { maxMessages: 10 });
    await race([one], 50, (handle) => accepted(handle.post(ann, chat, 'x')));
    await schemas.run(`BEGIN; SELECT FROM ${schema}.chats WHERE id = '${chat.id}' FOR NO KEY UPDATE`);
    const sweeping = one.sweepAll();
    await blockedOrDone(sweeping);
    await schemas.run('COMMIT');
    await sweeping;
    expect(await counts()).toMatchObject({ messages: 10, trims: 0 });
    await close();
  });

  test('leaves what is trimmed while it works to the next time, and so gets to everything', async () => {
    const { one, clock, counts, close } = await scene();
    const ann = await one.newSession();
    const chat = await one.newChat(ann, { maxMessages: 10 });
    const [begun, limit] = [clock.now, 100];
    clock.advance(1);
    await race([one], 15, (handle) => accepted(handle.post(ann, chat, 'x')));
    await one.closeChat(ann, await one.newChat(ann));
    expect(await one.storage.sweep({ now: begun, limit })).toBe(false);
    expect(await counts()).toMatchObject({ messages: 15, trims: 1, closed_chats: 0 });
    expect(await one.storage.sweep({ now: clock.now, limit })).toBe(false);
    expect(await counts()).toMatchObject({ messages: 10, trims: 0 });
    await close();
  });

  test('has a chat that is over to itself, however much is posted to it', async () => {
    const { one, other, schema, clock, counts, close } = await scene();
    const ann = await one.newSession();
    const chat = await one.newChat(ann, { ttlMs: MINUTE_MS });
    clock.advance(MINUTE_MS);
    await schemas.run(`BEGIN; SELECT FROM ${schema}.chats WHERE id = '${chat.id}' FOR UPDATE`);
    expect(await one.post(ann, chat, 'late')).toMatchObject({ code: 'CHAT_NOT_FOUND' });
    await schemas.run('COMMIT');
    await other.sweepAll();
    expect(await counts()).toMatchObject({ chats: 0, visits: 0 });
    await close();
  });

  test('leaves nothing of closed chats and ended sessions', async () => {
    const { one, other, clock, counts, close } = await scene();
    const [ann, ben] = [await one.newSession('Ann'), await other.newSession('Ben')];
    const chats = [await one.newChat(ann), await other.newChat(ann, { ttlMs: MINUTE_MS }), await one.newChat(ben)];
    for (const chat of chats) {
      for (const user of [ann, ben]) {
        await accepted(one.post(user, chat, 'hello', { clientMessageId: 'a' }));
        await accepted(other.fetchUnread(user, chat));
      }
    }
    await one.closeChat(ann, chats[0]!);
    await other.endSession(ben, true);
    clock.advance(MINUTE_MS);
    await one.sweepAll(3);
    expect(await counts()).toMatchObject({ sessions: 1, chats: 0, messages: 0, retry_ids: 0, visits: 0 });
    clock.advance(SESSION_TTL_MS + DAY_MS);
    await other.sweepAll();
    expect(await counts()).toEqual(Object.fromEntries(TABLES.map((table) => [table, 0])));
    await close();
  });

  test('closes the chats of a session whose ending was interrupted, and wakes who watches them', async () => {
    const { one, other, clock, schema, close } = await scene();
    const [ann, ben] = [await one.newSession('Ann'), await one.newSession('Ben')];
    const [left, stays] = [await one.newChat(ann), await one.newChat(ben)];
    // Its first step only, as a crash leaves it.
    await schemas.run(`SELECT ${schema}.end_session_v1('${ann.userId}', true, ${clock.now}, 'nobody')`);
    const watch = await watchOn(other, { chatId: left.id });
    const woken = watch.nextWake();
    await one.sweepAll();
    await woken;
    expect((await other.listChats()).chats.map(({ id }) => id)).toEqual([stays.id]);
    expect(await other.getStats()).toMatchObject({ users: 1, chats: 1 });
    watch.stop();
    await close();
  });

  test('closes every chat of an ended session, though another handle closes those that were found first', async () => {
    const { one, all, schema, close } = await scene();
    const ann = await one.newSession();
    await race(all, 201, (handle) => handle.newChat(ann));
    const closeChats = `SELECT ${schema}.close_chats_of_v1('${ann.userId}', 200, 0, 0, 'nobody')::int AS found`;
    await schemas.run(`BEGIN; ${closeChats}`);
    const ending = one.endSession(ann, true);
    await blockedOrDone(ending);
    await schemas.run('COMMIT');
    expect(await ending).toBeUndefined();
    expect(await schemas.run(`SELECT FROM ${schema}.chats`)).toEqual([]);
    await close();
  });

  test('keeps the tallies of the last hour and the sum of those before', async () => {
    const { one, clock, schema, close } = await scene();
    const ann = await one.newSession();
    const chat = await one.newChat(ann);
    for (let hour = 0; hour < 3; hour++) {
      for (let minute = 0; minute < 5; minute++) {
        clock.advance(MINUTE_MS);
        await accepted(one.post(ann, chat, 'tick'));
      }
      clock.advance(2 * 60 * MINUTE_MS);
    }
    await accepted(one.post(ann, chat, 'tick'));
    await one.sweepAll();
    expect(await one.getStats()).toMatchObject({ messages: 16, messagesLastHour: 1 });
    expect(await schemas.run(`SELECT count(*)::int AS count FROM ${schema}.tallies`)).toEqual([{ count: 2 }]);
    await close();
  });
});

describe('a handle', () => {
  test('tells the time of the server', async () => {
    const { one, close } = await scene();
    const before = await serverTime();
    const told = await one.storage.readTime();
    expect(told).toBeGreaterThanOrEqual(before);
    expect(told).toBeLessThanOrEqual((await serverTime()) + 1);
    await close();
  });

  test('that is closed finishes the posts that were begun, also those that wait for their batch', async () => {
    const { one, other, ann, chat, close } = await closing();
    const posting = race([one], 600, (handle) => accepted(handle.post(ann, chat, 'x')));
    await one.storage.close();
    expect(await posting).toHaveLength(600);
    expect(await other.getStats()).toMatchObject({ messagesLastHour: 600 });
    await close();
  });

  test('that is closed finishes the calls that were begun, also those that wait for a connection', async () => {
    const { one, chat, close } = await closing();
    const reading = race([one], 40, (handle) => accepted(handle.getChat(chat)));
    await one.storage.close();
    expect(await reading).toHaveLength(40);
    await close();
  });

  test('that is closed finishes what was asked for in the same turn', async () => {
    const { one, ann, close } = await closing();
    const authenticating = accepted(one.authenticate(ann));
    await one.storage.close();
    expect(await authenticating).toMatchObject({ userId: ann.userId });
    await close();
  });
});

/** Waits until something waits for what `schemas` has locked, or is done without. */
async function blockedOrDone(work: Promise<unknown>): Promise<void> {
  const done = work.then(
    () => true,
    () => true,
  );
  const blocked = 'SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))';
  const isBlocked = async (): Promise<boolean> => (await schemas.run(blocked)).length > 0;
  while (!(await Promise.race([done, isBlocked()])));
}

async function serverTime(): Promise<number> {
  const [line] = await schemas.run('SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms');
  return Number(line?.['ms']);
}

/** A handle to close, and another on the same data. */
async function closing() {
  const options = schemas.options(schemas.newName());
  const storages = [await openPostgresStorage(options), await openPostgresStorage(options)];
  const [clock, newId] = [new MovedClock(), idSource('closing')];
  const [one, other] = storages.map((storage) => new Handle(storage, clock, newId));
  const ann = await one!.newSession();
  const chat = await one!.newChat(ann);
  return { one: one!, other: other!, ann, chat, close: () => other!.storage.close() };
}
