/** Sessions: how they begin, whom they let in, how they are ended. */

import { describe, expect } from 'vitest';

import type { Refusal } from '../../domain/errors.ts';
import type { Chat } from '../../domain/models.ts';
import { accepted, acceptedOnly, expectRefusal, seqsOf, tally } from './answers.ts';
import { asUser, SESSION_TTL_MS, type Visitor } from './handle.ts';
import { SECOND_MS } from './moved-clock.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

export function sessions(test: StorageTest): void {
  describe('sessions', () => {
    test('a session shows its user, when it began and when it ends', async ({ one, other, clock }) => {
      const ann = one.newVisitor('Ann Élise');
      const created = await one.createSession({ user: asUser(ann), tokenHash: ann.tokenHash });

      const expiresAt = clock.now + SESSION_TTL_MS;
      expect(created).toEqual({ userId: ann.userId, displayName: 'Ann Élise', createdAt: clock.now, expiresAt });
      expect(await other.authenticate(ann)).toEqual(created);
    });

    test('a display name may be used by any number of sessions', async ({ one, other }) => {
      const first = await one.newSession('Ann');
      const second = await other.newSession('Ann');

      expect(await one.session(second)).toMatchObject({ userId: second.userId, displayName: 'Ann' });
      expect(await other.session(first)).toMatchObject({ userId: first.userId, displayName: 'Ann' });
    });

    test('a user id is not a credential: it takes the token of that very session', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');

      await expectRefusal(other.authenticate({ userId: ann.userId, tokenHash: ben.tokenHash }), 'UNAUTHENTICATED');
      await expectRefusal(other.authenticate({ userId: ben.userId, tokenHash: ann.tokenHash }), 'UNAUTHENTICATED');
      await expectRefusal(other.authenticate(one.newVisitor()), 'UNAUTHENTICATED');
    });

    test('a token hash is compared byte by byte, whatever its bytes', async ({ one, other }) => {
      const hashes = [0x00, 0x20, 0x80, 0xfe, 0xff].map((byte) => new Uint8Array(32).fill(byte));
      for (const tokenHash of hashes) {
        const ann = await one.newSession('Ann', { tokenHash });
        for (const tried of hashes) {
          const attempt = other.authenticate({ userId: ann.userId, tokenHash: tried });
          if (tried === tokenHash) await accepted(attempt);
          else await expectRefusal(attempt, 'UNAUTHENTICATED');
        }
        const almost = tokenHash.with(31, tokenHash[31]! ^ 1);
        await expectRefusal(other.authenticate({ userId: ann.userId, tokenHash: almost }), 'UNAUTHENTICATED');
      }
    });

    test('authenticating changes nothing', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const before = await one.session(ann);
      clock.advance(SESSION_TTL_MS - 1);

      expect(await other.session(ann)).toEqual(before);
      expect(await one.session(ann)).toEqual(before);
    });

    test('an ended session is over at once and for good', async ({ one, other }) => {
      const ann = await one.newSession();
      expect(await one.endSession(ann)).toBeUndefined();

      await expectRefusal(other.authenticate(ann), 'UNAUTHENTICATED');
      await expectRefusal(one.authenticate(ann), 'UNAUTHENTICATED');
      await expectRefusal(other.endSession(ann), 'UNAUTHENTICATED');
      await expectRefusal(other.endSession(ann, true), 'UNAUTHENTICATED');
      await expectRefusal(other.createChat(ann), 'UNAUTHENTICATED');
    });

    test('a session that never was or has expired cannot be ended', async ({ one, other, clock }) => {
      await expectRefusal(one.endSession(one.newVisitor()), 'UNAUTHENTICATED');
      const ann = await one.newSession();
      clock.advance(SESSION_TTL_MS);
      await expectRefusal(other.endSession(ann), 'UNAUTHENTICATED');
    });

    test('ending one session leaves the others as they were', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');
      const chat = await one.newChat(ben);
      const before = await one.session(ben);
      await other.endSession(ann, true);

      expect(await one.session(ben)).toEqual(before);
      expect(await one.getChat(chat)).toEqual(chat);
    });

    test('a session with an open chat is not ended unasked, and nothing has changed', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { unlisted: true });
      const before = await one.session(ann);
      await expectRefusal(other.endSession(ann), 'SESSION_HAS_OPEN_CHATS');

      expect(await other.session(ann)).toEqual(before);
      expect(await other.getChat(chat)).toEqual(chat);
      await accepted(other.post(ann, chat, 'still here'));
    });

    test('a session whose chats are all closed or expired can be ended', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const closed = await one.newChat(ann);
      await one.newChat(ann, { ttlMs: 5_000 });
      await other.closeChat(ann, closed);
      await expectRefusal(other.endSession(ann), 'SESSION_HAS_OPEN_CHATS');
      clock.advance(5_000);

      expect(await other.endSession(ann)).toBeUndefined();
    });

    test('a session can be ended while chats of others that it talks in are open', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');
      const chat = await one.newChat(ben);
      await accepted(one.post(ann, chat, 'hello'));
      await accepted(one.fetchUnread(ann, chat));

      expect(await other.endSession(ann)).toBeUndefined();
    });

    test('a session asked to close its chats closes all of them and no others', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');
      const mine = [
        await one.newChat(ann),
        await other.newChat(ann, { unlisted: true }),
        await one.newChat(ann, { ttlMs: 9_000 }),
      ];
      const theirs = await one.newChat(ben);
      await accepted(one.post(ann, theirs, 'I am leaving'));
      expect(await other.endSession(ann, true)).toBeUndefined();

      for (const chat of mine) {
        await expectRefusal(one.getChat(chat), 'CHAT_NOT_FOUND');
        await expectRefusal(other.readMessages(chat), 'CHAT_NOT_FOUND');
      }
      expect((await one.listChats()).chats.map(({ id }) => id)).toEqual([theirs.id]);
    });

    test('of many endings at once one ends', async ({ one, other }) => {
      const ann = await one.newSession();
      const results = await race([one, other], 20, (handle) => handle.endSession(ann, true));
      expect(tally(results)).toEqual({ accepted: 1, UNAUTHENTICATED: 19 });
    });

    test('a session never ends beside a chat that opens at the same time', async ({ one, other }) => {
      const users: Visitor[] = [];
      for (let count = 0; count < 10; count++) users.push(await one.newSession());
      const outcomes = await race([one, other], users.length, async (handle, turn) => {
        const [second, user] = [handle === one ? other : one, users[turn]!];
        const calls = [() => handle.createChat(user), () => second.endSession(user)];
        return Promise.all((turn % 4 < 2 ? calls : calls.toReversed()).map((call) => call()));
      });

      for (const outcome of outcomes) expect(tally(outcome)).toMatchObject({ accepted: 1 });
    });

    test('no chat outlives the end of its creator’s session, however many were being opened', async ({
      one,
      other,
      clock,
    }) => {
      const ann = await one.newSession();
      const results = await race<Chat | Refusal | undefined>([one, other], 30, (handle, turn) =>
        turn === 15 ? handle.endSession(ann, true) : handle.createChat(ann),
      );
      await expectRefusal(other.authenticate(ann), 'UNAUTHENTICATED');
      clock.advance(10 * SECOND_MS);
      for (const handle of [one, other]) await handle.sweepAll();

      expect((await other.listChats()).chats).toEqual([]);
      const opened = acceptedOnly(results).filter((chat) => chat !== undefined);
      for (const chat of opened) await expectRefusal(one.getChat(chat), 'CHAT_NOT_FOUND');
    });

    test('the messages of an ended session stay, with its name', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');
      const chat = await one.newChat(ben);
      await accepted(one.post(ann, chat, 'remember me'));
      await accepted(other.post(ben, chat, 'we shall'));
      await one.endSession(ann);

      const { messages } = await accepted(other.listMessages(ben, chat));
      expect(seqsOf(messages)).toEqual([1, 2]);
      expect(messages[0]).toMatchObject({ author: asUser(ann), text: 'remember me' });
    });

    test('the positions of an ended session go', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');
      const chat = await one.newChat(ben);
      await accepted(one.fetchUnread(ann, chat));
      expect((await other.listUnreadCounts(ann)).counts).toHaveLength(1);
      await one.endSession(ann);

      expect((await other.listUnreadCounts(ann)).counts).toEqual([]);
    });
  });
}
