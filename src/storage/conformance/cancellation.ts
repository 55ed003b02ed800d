/** Cancellation: a call whose signal is aborted before it began does nothing, one that has begun is finished. */

import { describe, expect } from 'vitest';

import type { Refusal } from '../../domain/errors.ts';
import type { Chat } from '../../domain/models.ts';
import { accepted, seqsOf } from './answers.ts';
import type { Handle, Visitor } from './handle.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

const CALLS: Readonly<Record<string, (handle: Handle, user: Visitor, chat: Chat) => Promise<unknown>>> = {
  createSession: (handle) => handle.createSession(),
  authenticate: (handle, user) => handle.authenticate(user),
  endSession: (handle, user) => handle.endSession(user, true),
  listSessions: (handle) => handle.listSessions(),
  createChat: (handle, user) => handle.createChat(user),
  getChat: (handle, _user, chat) => handle.getChat(chat),
  listChats: (handle) => handle.listChats(),
  closeChat: (handle, user, chat) => handle.closeChat(user, chat),
  postMessage: (handle, user, chat) => handle.post(user, chat, 'hello', { clientMessageId: 'a' }),
  listMessages: (handle, user, chat) => handle.listMessages(user, chat),
  fetchUnread: (handle, user, chat) => handle.fetchUnread(user, chat),
  markRead: (handle, user, chat) => handle.markRead(user, chat, 1),
  listUnreadCounts: (handle, user) => handle.listUnreadCounts(user),
  readMessages: (handle, _user, chat) => handle.readMessages(chat),
  noteActivity: (handle, user, chat) => handle.noteActivity(chat, user),
  getStats: (handle) => handle.getStats(),
  spendRates: (handle) => handle.spend('a'),
};

export function cancellation(test: StorageTest): void {
  describe('cancellation', () => {
    for (const [name, call] of Object.entries(CALLS)) {
      test(`${name} with an aborted signal rejects with its reason and has changed nothing`, async ({ one, other }) => {
        const [host, ann] = [await one.newSession('Host'), await one.newSession('Ann')];
        const chat = await one.newChat(ann);
        await accepted(one.post(host, chat, 'already here'));
        const look = async (handle: Handle): Promise<unknown> => [
          await handle.authenticate(ann),
          await handle.getChat(chat),
          await handle.listChats(),
          await handle.listUnreadCounts(ann),
          await handle.readMessages(chat),
          await handle.spend('a', { count: 0 }),
        ];
        const before = await look(other);
        const stats = await one.getStats();

        const reason = new Error('nobody is waiting');
        await expect(call(one.withSignal(AbortSignal.abort(reason)), ann, chat)).rejects.toBe(reason);
        expect(await look(other)).toEqual(before);
        expect(await one.getStats()).toEqual(stats);
      });

      test(`${name} with a signal that is not aborted answers`, async ({ one }) => {
        const ann = await one.newSession();
        const chat = await one.newChat(ann);
        await accepted(one.post(ann, chat, 'already here'));
        const answer = await call(one.withSignal(new AbortController().signal), ann, chat);
        expect((answer as Refusal | undefined)?.code).toBeUndefined();
      });
    }

    test('a post aborted on its way is either done or not begun', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const reason = new Error('nobody is waiting');
      const outcomes = await race([one, other], 40, async (handle, turn) => {
        const controller = new AbortController();
        const posting = handle.withSignal(controller.signal).post(ann, chat, `post ${turn}`);
        if (turn % 3 === 0) controller.abort(reason);
        if (turn % 3 === 1) queueMicrotask(() => controller.abort(reason));
        return posting.catch((error: unknown) => error);
      });

      const done = outcomes.filter((outcome) => outcome !== reason) as { seq: number }[];
      const { messages } = await accepted(other.readMessages(chat));
      expect(seqsOf(messages)).toEqual(seqsOf(done).toSorted((a, b) => a - b));
      expect(messages).toHaveLength(done.length);
      await accepted(one.post(ann, chat, 'and on'));
      expect(await other.getChat(chat)).toMatchObject({ messageCount: done.length + 1 });
    });
  });
}
