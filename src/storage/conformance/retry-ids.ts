/** Client message ids: a post that is repeated is posted once. */

import { describe, expect } from 'vitest';

import { CLIENT_MESSAGE_ID_MEMORY_MS } from '../../domain/limits.ts';
import { accepted, acceptedOnly, expectRefusal, range, seqsOf, tally } from './answers.ts';
import { MINUTE_MS } from './moved-clock.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';

export function retryIds(test: StorageTest): void {
  describe('client message ids', () => {
    test('a repeated post returns the first message and stores nothing', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const first = await accepted(one.post(ann, chat, 'once', { clientMessageId: 'a' }));
      clock.advance(MINUTE_MS);

      expect(await other.post(ann, chat, 'once', { clientMessageId: 'a' })).toEqual(first);
      expect(await one.post(ann, chat, 'once', { clientMessageId: 'a' })).toEqual(first);
      expect((await accepted(other.readMessages(chat))).messages).toEqual([first]);
      expect(await one.post(ann, chat, 'next', { clientMessageId: 'b' })).toMatchObject({ seq: 2 });
    });

    test('many repeats at once post one message', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const answers = await race([one, other], 30, (handle) =>
        accepted(handle.post(ann, chat, 'once', { clientMessageId: 'a' })),
      );

      const { messages } = await accepted(other.readMessages(chat));
      expect(seqsOf(messages)).toEqual([1]);
      for (const answer of answers) expect(answer).toEqual(messages[0]);
    });

    test('repeats among other posts leave one message per id and no hole', async ({ one, other }) => {
      const users = [await one.newSession('Ann'), await other.newSession('Ben')];
      const chat = await one.newChat(users[0]!);
      const answers = await race([one, other], 60, (handle, turn) => {
        const [user, post] = [turn % 4 < 2 ? 0 : 1, turn % 5];
        return accepted(handle.post(users[user]!, chat, `${post}`, { clientMessageId: `id ${post}` }));
      });

      const { messages } = await accepted(one.readMessages(chat));
      expect(seqsOf(messages)).toEqual(range(1, 10));
      expect(new Set(answers.map(({ id }) => id))).toEqual(new Set(messages.map(({ id }) => id)));
    });

    test('a repeat returns the first message even if it was trimmed since', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann, { maxMessages: 2 });
      const first = await accepted(one.post(ann, chat, 'long gone', { clientMessageId: 'a' }));
      for (const handle of [one, other, one, other]) await accepted(handle.post(ann, chat, 'newer'));
      clock.advance(CLIENT_MESSAGE_ID_MEMORY_MS - 1);
      await one.sweepAll();

      expect(await other.post(ann, chat, 'long gone', { clientMessageId: 'a' })).toEqual(first);
      expect(seqsOf((await accepted(one.readMessages(chat))).messages)).toEqual([4, 5]);
    });

    test('an id is remembered for 10 minutes from the first post, not longer for being repeated', async ({
      one,
      other,
      clock,
    }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const first = await accepted(one.post(ann, chat, 'again', { clientMessageId: 'a' }));
      clock.advance(CLIENT_MESSAGE_ID_MEMORY_MS / 2);
      expect(await other.post(ann, chat, 'again', { clientMessageId: 'a' })).toEqual(first);
      clock.moveTo(first.sentAt + CLIENT_MESSAGE_ID_MEMORY_MS - 1);
      expect(await one.post(ann, chat, 'again', { clientMessageId: 'a' })).toEqual(first);
      await expectRefusal(other.post(ann, chat, 'other', { clientMessageId: 'a' }), 'MESSAGE_ID_CONFLICT');

      clock.advance(1);
      const second = await accepted(other.post(ann, chat, 'again', { clientMessageId: 'a' }));
      expect(second).toMatchObject({ seq: 2, sentAt: clock.now });
      expect(await one.post(ann, chat, 'again', { clientMessageId: 'a' })).toEqual(second);
    });

    test('a forgotten id is remembered anew with another text', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      await accepted(one.post(ann, chat, 'then', { clientMessageId: 'a' }));
      clock.advance(CLIENT_MESSAGE_ID_MEMORY_MS);
      const second = await accepted(other.post(ann, chat, 'now', { clientMessageId: 'a' }));

      await expectRefusal(one.post(ann, chat, 'then', { clientMessageId: 'a' }), 'MESSAGE_ID_CONFLICT');
      clock.advance(CLIENT_MESSAGE_ID_MEMORY_MS - 1);
      expect(await one.post(ann, chat, 'now', { clientMessageId: 'a' })).toEqual(second);
    });

    test('a remembered id with another text is a conflict, and stays what it was', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const first = await accepted(one.post(ann, chat, 'this', { clientMessageId: 'a' }));
      await expectRefusal(other.post(ann, chat, 'that', { clientMessageId: 'a' }), 'MESSAGE_ID_CONFLICT');
      await expectRefusal(one.post(ann, chat, 'that', { clientMessageId: 'a' }), 'MESSAGE_ID_CONFLICT');

      expect(await other.post(ann, chat, 'this', { clientMessageId: 'a' })).toEqual(first);
      expect((await accepted(one.readMessages(chat))).messages).toEqual([first]);
    });

    test('of different texts with one id at once, one is posted and the others conflict', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const answers = await race([one, other], 30, (handle, turn) =>
        handle.post(ann, chat, `text ${turn % 3}`, { clientMessageId: 'a' }),
      );

      expect(tally(answers)).toEqual({ accepted: 10, MESSAGE_ID_CONFLICT: 20 });
      const { messages } = await accepted(other.readMessages(chat));
      expect(messages).toHaveLength(1);
      for (const answer of acceptedOnly(answers)) expect(answer).toEqual(messages[0]);
    });

    test('the same id of another user is another id', async ({ one, other }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ann');
      const chat = await one.newChat(ann);
      await accepted(one.post(ann, chat, 'mine', { clientMessageId: 'a' }));

      expect(await other.post(ben, chat, 'mine', { clientMessageId: 'a' })).toMatchObject({ seq: 2 });
      expect(await one.post(ann, chat, 'mine', { clientMessageId: 'a' })).toMatchObject({ seq: 1 });
      await expectRefusal(one.post(ben, chat, 'yours', { clientMessageId: 'a' }), 'MESSAGE_ID_CONFLICT');
    });

    test('the same id in another chat is another id', async ({ one, other }) => {
      const ann = await one.newSession();
      const [first, second] = [await one.newChat(ann), await other.newChat(ann)];
      const posted = await accepted(one.post(ann, first, 'here', { clientMessageId: 'a' }));

      expect(await other.post(ann, second, 'there', { clientMessageId: 'a' })).toMatchObject({
        chatId: second.id,
        seq: 1,
      });
      expect(await other.post(ann, first, 'here', { clientMessageId: 'a' })).toEqual(posted);
    });

    test('posts without an id are never taken for repeats', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      for (const seq of [1, 2, 3]) expect(await one.post(ann, chat, 'same')).toMatchObject({ seq });
      await accepted(other.post(ann, chat, 'same', { clientMessageId: 'a' }));
      expect(await one.post(ann, chat, 'same')).toMatchObject({ seq: 5 });
    });

    test('a repeat counts nothing, notes no activity and moves no position', async ({ one, clock }) => {
      const ann = await one.newSession('Ann');
      const ben = await one.newSession('Ben');
      const chat = await one.newChat(ann);
      await accepted(one.post(ben, chat, 'once', { clientMessageId: 'a' }));
      await accepted(one.markRead(ben, chat, 0));
      const before = [await one.getChat(chat), await one.getStats(), await one.listUnreadCounts(ben)];
      clock.advance(MINUTE_MS);
      await accepted(one.post(ben, chat, 'once', { clientMessageId: 'a' }));

      expect([await one.getChat(chat), await one.getStats(), await one.listUnreadCounts(ben)]).toEqual(before);
    });

    test('an id may be any text, also one that means something elsewhere', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const ids = [
        '__proto__',
        'constructor',
        '0',
        '-1',
        '1e3',
        'null',
        ':',
        '{a}',
        '*',
        '%',
        "'",
        '"',
        '\\',
        '\n',
        ' ',
      ];
      ids.push('😀'.repeat(64), '\u200b', '\ufeff', '\uffff');
      for (const [index, clientMessageId] of ids.entries()) {
        expect(await one.post(ann, chat, 'text', { clientMessageId })).toMatchObject({ seq: index + 1 });
      }
      for (const [index, clientMessageId] of ids.entries()) {
        expect(await other.post(ann, chat, 'text', { clientMessageId })).toMatchObject({ seq: index + 1 });
      }
    });
  });
}
