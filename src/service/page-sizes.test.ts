import { describe, expect, test } from 'vitest';
import { accepted, callOf, ServiceScene } from '../../tests/support/service-scene.ts';
import type { Chat } from '../domain/models.ts';

const MAX_BYTES = 1024 * 1024;
/** Four bytes in every encoding. */
const LARGE = '𐐨';
const POSTS = 100;

function sizeOf(answer: object): number {
  return Buffer.byteLength(JSON.stringify(answer));
}

/** A chat with more than 1 MiB of messages, all unread to the second token. */
async function sceneWithLargeTexts(): Promise<{ scene: ServiceScene; ada: string; bob: string; chatId: string }> {
  const scene = new ServiceScene();
  const [{ token: ada }, { token: bob }] = [await scene.newSession('Ada'), await scene.newSession('Bob')];
  const { id: chatId } = await scene.newChat(ada);
  for (let post = 0; post < POSTS; post++) await scene.post(ada, chatId, LARGE.repeat(4_000));
  return { scene, ada, bob, chatId };
}

const ALL_SEQS = Array.from({ length: POSTS }, (_, index) => index + 1);

describe('1 MiB', () => {
  test('cuts unread answers, and nothing is lost over them', async () => {
    const { scene, bob, chatId } = await sceneWithLargeTexts();
    const seqs: number[] = [];
    for (let hasMore = true; hasMore;) {
      const answer = accepted(await scene.fetchUnread(callOf('FetchUnread', bob), chatId));
      expect(sizeOf(answer)).toBeLessThanOrEqual(MAX_BYTES);
      seqs.push(...answer.messages.map(({ seq }) => seq));
      ({ hasMore } = answer);
    }
    expect(seqs).toEqual(ALL_SEQS);
  });

  test('cuts pages of messages, and nothing is lost over them', async () => {
    const { scene, bob, chatId } = await sceneWithLargeTexts();
    const seqs: number[] = [];
    let pageToken: string | undefined;
    do {
      const page = await scene.messages(bob, chatId, { pageSize: 500, pageToken });
      expect(sizeOf(page)).toBeLessThanOrEqual(MAX_BYTES);
      seqs.push(...page.messages.map(({ seq }) => seq));
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    expect(seqs).toEqual(ALL_SEQS);
  });

  test('cuts pages of chats, and the walk shows each chat once', async () => {
    const scene = new ServiceScene();
    const people = await Promise.all(Array.from({ length: 20 }, () => scene.newSession(LARGE.repeat(64))));
    const { token } = people[0]!;
    const opened: string[] = [];
    for (let count = 0; count < 500; count++) {
      const { id: chatId } = await scene.newChat(token, { title: LARGE.repeat(128) });
      for (const person of people) {
        accepted(await scene.service.markRead(callOf('MarkRead', person.token), { chatId, seq: 0 }));
      }
      opened.push(chatId);
    }
    const shown: Chat[] = [];
    let pageToken: string | undefined;
    do {
      const page = accepted(await scene.service.listChats(callOf('ListChats', token), { pageSize: 500, pageToken }));
      expect(sizeOf(page)).toBeLessThanOrEqual(MAX_BYTES);
      shown.push(...page.chats);
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    expect(shown.every(({ activeUsers }) => activeUsers.users.length === 20)).toBe(true);
    expect(shown.map(({ id }) => id).toSorted()).toEqual(opened.toSorted());
  });
});

describe('a page of messages', () => {
  test('says how many messages were trimmed before they could be read', async () => {
    const scene = new ServiceScene();
    const [{ token: ada }, { token: bob }] = [await scene.newSession('Ada'), await scene.newSession('Bob')];
    const { id: chatId } = await scene.newChat(ada, { maxMessages: 2 });
    await scene.post(ada, chatId);
    expect(await scene.messages(bob, chatId)).toMatchObject({ missed: 0, position: 1 });
    for (let post = 0; post < 5; post++) await scene.post(ada, chatId);
    expect(await scene.messages(bob, chatId)).toMatchObject({ missed: 3, position: 6 });
  });
});

describe('where the caller names no size', () => {
  const MORE_THAN_ANY = 501;

  test('pages of messages have 50, and unread answers 500', async () => {
    const scene = new ServiceScene();
    const [{ token: ada }, { token: bob }] = [await scene.newSession('Ada'), await scene.newSession('Bob')];
    const { id: chatId } = await scene.newChat(ada);
    for (let post = 0; post < MORE_THAN_ANY; post++) await scene.post(ada, chatId);
    expect((await scene.messages(bob, chatId, { markRead: false })).messages).toHaveLength(50);
    const unread = accepted(await scene.fetchUnread(callOf('FetchUnread', bob), chatId));
    expect(unread).toMatchObject({ hasMore: true, position: 500 });
    expect(unread.messages).toHaveLength(500);
  });

  test('pages of chats and of counts have 50', async () => {
    const scene = new ServiceScene();
    const { token } = await scene.newSession('Ada');
    for (let count = 0; count < MORE_THAN_ANY; count++) await scene.newChat(token);
    const request = { pageSize: undefined, pageToken: undefined };
    const { chats } = accepted(await scene.service.listChats(callOf('ListChats', token), request));
    const { counts } = accepted(await scene.service.listUnreadCounts(callOf('ListUnreadCounts', token), request));
    expect([chats.length, counts.length]).toEqual([50, 50]);
  });
});
