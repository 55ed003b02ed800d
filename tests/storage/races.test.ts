/** What must hold exactly though three handles are used at the same instant. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Message } from '../../src/domain/models.ts';
import { accepted, acceptedOnly, tally } from '../../src/storage/conformance/answers.ts';
import { Handle } from '../../src/storage/conformance/handle.ts';
import { MovedClock, SECOND_MS } from '../../src/storage/conformance/moved-clock.ts';
import { race } from '../../src/storage/conformance/race.ts';
import { idSource } from '../../src/storage/conformance/scene.ts';
import { SHARED_STORAGES, type SharedData } from '../support/shared-storages.ts';

const HANDLES = 3;
const CALLERS = HANDLES * 200;
const LIMIT = 100;

describe.each(SHARED_STORAGES)('three handles on %s', (name, start) => {
  const clock = new MovedClock();
  let data: SharedData;
  let handles: readonly Handle[];
  let taken = { users: 0, chats: 0 };

  beforeAll(async () => {
    data = await start();
    const newId = idSource(name);
    const storages = await Promise.all(Array.from({ length: HANDLES }, () => data.open()));
    handles = storages.map((storage) => new Handle(storage, clock, newId));
  });
  afterAll(async () => {
    await Promise.all((handles ?? []).map(({ storage }) => storage.close()));
    await data?.close();
  });
  beforeEach(async () => {
    // What an earlier test left counts too.
    clock.advance(5 * SECOND_MS);
    const { users, chats } = await handles[0]!.getStats();
    taken = { users, chats };
  });

  test(`let exactly ${LIMIT} of ${CALLERS} users in`, async () => {
    const maxUsers = taken.users + LIMIT;
    const results = await race(handles, CALLERS, (handle) => handle.createSession({ maxUsers }));
    expect(tally(results)).toStrictEqual({ accepted: LIMIT, USER_LIMIT_REACHED: CALLERS - LIMIT });
  });

  test(`open exactly ${LIMIT} of ${CALLERS} chats`, async () => {
    const creators = await Promise.all(handles.map((handle) => handle.newSession()));
    const maxChats = taken.chats + LIMIT;
    const results = await race(handles, CALLERS, (handle, turn) =>
      handle.createChat(creators[turn % creators.length]!, { maxChats }),
    );
    expect(tally(results)).toStrictEqual({ accepted: LIMIT, CHAT_LIMIT_REACHED: CALLERS - LIMIT });
  });

  test(`open exactly ${LIMIT} of ${CALLERS} chats of one user`, async () => {
    const ann = await handles[0]!.newSession();
    const results = await race(handles, CALLERS, (handle) => handle.createChat(ann, { maxChatsPerUser: LIMIT }));
    expect(tally(results)).toStrictEqual({ accepted: LIMIT, USER_CHAT_LIMIT_REACHED: CALLERS - LIMIT });
  });

  test('give the one place that becomes free to one of many', async () => {
    const [one] = handles;
    const ann = await one!.newSession();
    const chat = await one!.newChat(ann);
    const maxChats = (await one!.getStats()).chats;
    await one!.closeChat(ann, chat);
    const results = await race(handles, CALLERS, (handle) => handle.createChat(ann, { maxChats }));
    expect(tally(results)).toStrictEqual({ accepted: 1, CHAT_LIMIT_REACHED: CALLERS - 1 });
  });

  test('give every post a seq of its own, without a hole', async () => {
    const ann = await handles[0]!.newSession();
    const chat = await handles[0]!.newChat(ann, { maxMessages: CALLERS });
    const posted = await race(handles, CALLERS, (handle, turn) => accepted(handle.post(ann, chat, `line ${turn}`)));
    const seqs = posted.map(({ seq }) => seq).toSorted((a, b) => a - b);
    expect(seqs).toStrictEqual(Array.from({ length: CALLERS }, (_, index) => index + 1));
    const { messages } = await accepted(handles[1]!.readMessages(chat, { limit: CALLERS }));
    expect(messages.map(({ text, seq }) => [seq, text])).toStrictEqual(bySeq(posted));
  });

  test('post once what is tried many times with one id', async () => {
    const ann = await handles[0]!.newSession();
    const chat = await handles[0]!.newChat(ann);
    const options = { clientMessageId: 'first' };
    const answers = await race(handles, CALLERS, (handle) => accepted(handle.post(ann, chat, 'once', options)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect((await accepted(handles[2]!.readMessages(chat))).messages).toHaveLength(1);
  });

  test('post before a chat closes or not at all', async () => {
    const ann = await handles[0]!.newSession();
    const ttlMs = 10 * SECOND_MS;
    const chat = await handles[0]!.newChat(ann, { ttlMs });
    const deadline = clock.now + ttlMs;
    // Half of them are made just before the end, half at it, and arrive in any order.
    const results = await race(handles, CALLERS, (handle, turn) =>
      handle.post(ann, chat, `line ${turn}`, { now: deadline - ((turn >> 1) % 2) }),
    );
    expect(tally(results)).toStrictEqual({ accepted: CALLERS / 2, CHAT_NOT_FOUND: CALLERS / 2 });
    expect(new Set(acceptedOnly(results).map(({ seq }) => seq)).size).toBe(CALLERS / 2);
    clock.moveTo(deadline);
    await expect(handles[1]!.readMessages(chat)).resolves.toMatchObject({ code: 'CHAT_NOT_FOUND' });
  });
});

function bySeq(messages: readonly Message[]): readonly (readonly [number, string])[] {
  return messages.toSorted((a, b) => a.seq - b.seq).map(({ seq, text }) => [seq, text] as const);
}
