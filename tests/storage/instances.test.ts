/** Several instances on one storage are one server: what is done through one is seen through the others, live. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AdminService } from '../../src/gen/veche/v1/admin_pb.js';
import { ChatService } from '../../src/gen/veche/v1/chat_pb.js';
import { MessageService, StreamEndReason, type SubscribeResponse } from '../../src/gen/veche/v1/message_pb.js';
import { SessionService } from '../../src/gen/veche/v1/session_pb.js';
import { StatsService } from '../../src/gen/veche/v1/stats_pb.js';
import { ADMIN_TOKEN } from '../support/admin-token.ts';
import type { ResponseStream } from '../support/grpc-client.ts';
import { failure } from '../support/grpc-error.ts';
import { Person } from '../support/person.ts';
import { SHARED_STORAGES, type SharedData } from '../support/shared-storages.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

const MESSAGES = 300;
const STREAMS = 20;

type Stream = ResponseStream<SubscribeResponse>;

describe.each(SHARED_STORAGES)('two instances on %s', (_name, start) => {
  let data: SharedData;
  let one: TestApp;
  let other: TestApp;

  beforeAll(async () => {
    data = await start();
    const config = { ...data.config, adminToken: ADMIN_TOKEN };
    [one, other] = await Promise.all([startTestApp({ config }), startTestApp({ config })]);
  });
  afterAll(async () => {
    await Promise.all([one?.close(), other?.close()]);
    await data?.close();
  });

  /** Somebody who speaks with the other instance. */
  async function elsewhere(person: Person): Promise<Person> {
    return Object.assign(Object.create(Person.prototype) as Person, person, { client: other.client });
  }

  test('agree on who is there', async () => {
    const ann = await Person.enter(one.client, 'Ann');
    const { session } = await (await elsewhere(ann)).call(SessionService.method.getSession, {});
    expect(session).toMatchObject({ userId: ann.userId, displayName: 'Ann' });
  });

  test('bring what is posted on one to every stream on both, in order, without gap or repeat', async () => {
    const ann = await Person.enter(one.client, 'Ann');
    const ben = await elsewhere(ann);
    const { id } = await ann.openChat();
    const streams = await Promise.all(
      Array.from({ length: STREAMS }, (_, index) => subscribe(index % 2 === 0 ? ann : ben, id)),
    );
    const posting = Promise.all(
      Array.from({ length: MESSAGES }, (_, index) => (index % 2 === 0 ? ann : ben).post(id, `line ${index}`)),
    );
    const received = await Promise.all(streams.map((stream) => textsOf(stream, MESSAGES)));
    const posted = await posting;
    const inOrder = posted.toSorted((a, b) => Number(a.seq - b.seq));
    expect(inOrder.map(({ seq }) => Number(seq))).toStrictEqual(Array.from({ length: MESSAGES }, (_, i) => i + 1));
    for (const texts of received) expect(texts).toStrictEqual(inOrder.map(({ text }) => text));
    for (const stream of streams) stream.cancel();
  });

  test('wake who waits for something unread on the other', async () => {
    const ann = await Person.enter(one.client, 'Ann');
    const { id: chatId } = await ann.openChat();
    const ben = await Person.enter(other.client, 'Ben');
    const unread = ben.call(MessageService.method.fetchUnread, { chatId, wait: { seconds: 30n, nanos: 0 } });
    // Answered by the other instance after the wait has arrived there.
    await ben.call(SessionService.method.getSession, {});
    await ann.post(chatId, 'Hello!');
    expect((await unread).messages.map(({ text }) => text)).toStrictEqual(['Hello!']);
  });

  test('do on both at that instant what an operator asks of one', async () => {
    const ann = await Person.enter(one.client, 'Ann');
    const ben = await Person.enter(other.client, 'Ben');
    const [closed, kept, hers] = [await ben.openChat({ unlisted: true }), await ben.openChat(), await ann.openChat()];
    const streams = [await subscribe(ben, closed.id), await subscribe(ann, kept.id), await subscribe(ben, hers.id)];
    const token = ADMIN_TOKEN;
    const { chats } = await one.client.call(AdminService.method.listAllChats, {}, { token });
    expect(chats.map(({ id }) => id)).toEqual(expect.arrayContaining([closed.id, kept.id, hers.id]));

    await one.client.call(AdminService.method.closeAnyChat, { chatId: closed.id, reason: 'spam' }, { token });
    expect(await endOf(streams[0]!)).toBe(StreamEndReason.CHAT_CLOSED);
    await other.client.call(AdminService.method.endAnySession, { userId: ann.userId, reason: 'spam' }, { token });
    expect(await endOf(streams[1]!)).toBe(StreamEndReason.SESSION_ENDED);
    expect(await endOf(streams[2]!)).toBe(StreamEndReason.CHAT_CLOSED);
    const { sessions } = await one.client.call(AdminService.method.listSessions, {}, { token });
    const ids = sessions.map(({ userId }) => userId);
    expect(ids).toContain(ben.userId);
    expect(ids).not.toContain(ann.userId);
  });

  test('close a chat on both at that instant', async () => {
    const ann = await Person.enter(one.client, 'Ann');
    const ben = await Person.enter(other.client, 'Ben');
    const { id: chatId } = await ann.openChat();
    const stream = await subscribe(ben, chatId);
    await ann.call(ChatService.method.closeChat, { chatId });
    expect((await failure(ben.post(chatId, 'Too late'))).reason).toBe('CHAT_NOT_FOUND');
    expect(await endOf(stream)).toBe(StreamEndReason.CHAT_CLOSED);
  });

  test('end a session on both at that instant', async () => {
    const ann = await Person.enter(one.client, 'Ann');
    const ben = await Person.enter(one.client, 'Ben');
    const { id: chatId } = await ann.openChat();
    const benElsewhere = await elsewhere(ben);
    const stream = await subscribe(benElsewhere, chatId);
    await ben.call(SessionService.method.endSession, {});
    expect((await failure(benElsewhere.post(chatId, 'Too late'))).reason).toBe('UNAUTHENTICATED');
    expect(await endOf(stream)).toBe(StreamEndReason.SESSION_ENDED);
  });

  test('know one position of each reader', async () => {
    const ann = await Person.enter(one.client, 'Ann');
    const ben = await Person.enter(one.client, 'Ben');
    const benElsewhere = await elsewhere(ben);
    const { id: chatId } = await ann.openChat();
    for (const text of ['one', 'two', 'three']) await ann.post(chatId, text);

    const first = await ben.call(MessageService.method.fetchUnread, { chatId, limit: 2 });
    expect(first.messages.map(({ text }) => text)).toStrictEqual(['one', 'two']);
    const rest = await benElsewhere.call(MessageService.method.fetchUnread, { chatId });
    expect(rest.messages.map(({ text }) => text)).toStrictEqual(['three']);
    await ann.post(chatId, 'four');
    const { counts } = await benElsewhere.call(MessageService.method.listUnreadCounts, {});
    expect(counts).toMatchObject([{ chatId, position: 3n, lastSeq: 4n, unread: 1n, missed: 0n }]);
    await benElsewhere.call(MessageService.method.markRead, { chatId, seq: 4n });
    expect((await ben.call(MessageService.method.fetchUnread, { chatId })).messages).toStrictEqual([]);
  });

  test('take a repeated post for the same, wherever it comes', async () => {
    const ann = await Person.enter(one.client, 'Ann');
    const benElsewhere = await elsewhere(ann);
    const { id: chatId } = await ann.openChat();
    const request = { chatId, text: 'once', clientMessageId: 'first' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? ann : benElsewhere).call(MessageService.method.postMessage, request),
      ),
    );
    expect(new Set(answers.map(({ message }) => message!.id)).size).toBe(1);
    expect((await ann.post(chatId, 'next')).seq).toBe(2n);
  });

  test('page through each other’s lists with each other’s tokens', async () => {
    const ann = await Person.enter(one.client, 'Ann');
    const benElsewhere = await elsewhere(ann);
    for (let count = 0; count < 3; count++) await ann.openChat({ title: `Chat ${count}` });
    const first = await ann.call(ChatService.method.listChats, { pageSize: 1 });
    const second = await benElsewhere.call(ChatService.method.listChats, {
      pageSize: 1,
      pageToken: first.nextPageToken,
    });
    expect([first, second].map(({ chats }) => chats[0]?.title)).toStrictEqual(['Chat 2', 'Chat 1']);
  });

  test('count together', async () => {
    const before = await other.client.call(StatsService.method.getStats, {});
    const ann = await Person.enter(one.client, 'Ann');
    const { id: chatId } = await ann.openChat();
    await ann.post(chatId, 'counted');
    const ofOne = await one.client.call(StatsService.method.getStats, {});
    expect(ofOne.users).toBe(before.users + 1n);
    expect(ofOne.chats).toBe(before.chats + 1n);
  });
});

/** A stream that has caught up with a chat without messages. */
async function subscribe(person: Person, chatId: string): Promise<Stream> {
  const stream = person.stream(MessageService.method.subscribe, { chatId, afterSeq: 0n });
  expect((await stream.next())?.event.case).toBe('caughtUp');
  return stream;
}

/** The texts of the next messages of a stream. */
async function textsOf(stream: Stream, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) {
    const response = await stream.next();
    if (response?.event.case !== 'messages') throw new Error(`got ${response?.event.case} after ${texts.length}`);
    texts.push(...response.event.value.messages.map(({ text }) => text));
  }
  return texts;
}

async function endOf(stream: Stream): Promise<StreamEndReason | undefined> {
  const last = (await stream.rest()).at(-1);
  return last?.event.case === 'end' ? last.event.value.reason : undefined;
}
