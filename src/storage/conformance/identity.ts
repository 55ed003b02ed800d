/** Identity: what differs by a letter's case, its composition or a blank at the end is different, and all comes back as it went in. */

import { describe, expect } from 'vitest';

import { accepted, expectRefusal } from './answers.ts';
import type { StorageTest } from './scene.ts';

/** Pairs that careless comparison takes for one another. */
const LOOKALIKES: Readonly<Record<string, readonly [string, string]>> = {
  'letter case': ['Tea', 'tea'],
  'letter case beyond ASCII': ['Чай', 'чай'],
  composition: ['caf\u00e9', 'cafe\u0301'],
  accents: ['café', 'cafe'],
  'a blank at the end': ['tea', 'tea '],
  'a blank at the start': ['tea', ' tea'],
  'a line break at the end': ['tea', 'tea\n'],
  'kinds of line break': ['a\nb', 'a\r\nb'],
  'kinds of blank': ['a b', 'a\u00a0b'],
  'full and half width': ['tea', 'ｔｅａ'],
  'dotless i': ['i', 'ı'],
  'sharp s': ['ß', 'ss'],
  'invisible characters': ['tea', 'te\u200ba'],
  'characters beyond the first plane': ['\u{1f600}', '\u{1f601}'],
  'leading zeros': ['1', '01'],
  'ways to write a number': ['1', '1.0'],
};

/** Texts that are data and nothing else. */
const AWKWARD = [
  '0',
  '-0',
  'null',
  'true',
  '[]',
  '{}',
  '""',
  ' \t leading and trailing \n ',
  "'; DROP TABLE messages; --",
  '\\u0000 \\x00 \\0 \\n \\\\',
  '%s %d ${x} {{y}} $1 ?',
  '"quoted" \'single\' `back`',
  '\u0001\u0007\u001b[31m\u007f\u0085',
  '\u2028\u2029\ufeff',
  '\u202eright to left\u202c',
  '👩‍👩‍👧‍👦 🇫🇷 👍🏽 e\u0301',
  '\u{10ffff}\ufffe\uffff',
  'длинное слово '.repeat(100),
  '𝕏'.repeat(4_096),
];

export function identity(test: StorageTest): void {
  describe('identity', () => {
    for (const [name, [first, second]] of Object.entries(LOOKALIKES)) {
      test(`client message ids that differ by ${name} are two ids`, async ({ one, other }) => {
        const ann = await one.newSession();
        const chat = await one.newChat(ann);
        await accepted(one.post(ann, chat, 'text', { clientMessageId: first }));

        expect(await other.post(ann, chat, 'text', { clientMessageId: second })).toMatchObject({ seq: 2 });
        expect(await one.post(ann, chat, 'text', { clientMessageId: first })).toMatchObject({ seq: 1 });
      });

      test(`texts that differ by ${name} are two texts`, async ({ one, other }) => {
        const ann = await one.newSession();
        const chat = await one.newChat(ann);
        await accepted(one.post(ann, chat, first, { clientMessageId: 'a' }));
        await accepted(one.post(ann, chat, second, { clientMessageId: 'b' }));
        await expectRefusal(other.post(ann, chat, second, { clientMessageId: 'a' }), 'MESSAGE_ID_CONFLICT');
        await expectRefusal(one.post(ann, chat, first, { clientMessageId: 'b' }), 'MESSAGE_ID_CONFLICT');

        const { messages } = await accepted(other.readMessages(chat));
        expect(messages.map(({ text }) => text)).toEqual([first, second]);
      });
    }

    test('every text is kept exactly as sent', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      for (const text of AWKWARD) expect(await one.post(ann, chat, text)).toMatchObject({ text });

      for (const { messages } of [
        await accepted(other.readMessages(chat)),
        await accepted(one.listMessages(ann, chat)),
      ]) {
        expect(messages.map(({ text }) => text)).toEqual(AWKWARD);
      }
    });

    test('a repeat with an awkward text or id is recognized', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      for (const [index, text] of AWKWARD.entries()) {
        const clientMessageId = Array.from(text).slice(0, 64).join('');
        const first = await accepted(one.post(ann, chat, text, { clientMessageId }));
        expect(first).toMatchObject({ seq: index + 1, text });
        expect(await other.post(ann, chat, text, { clientMessageId })).toEqual(first);
      }
    });

    test('titles and names are kept exactly as given', async ({ one, other }) => {
      const names = ['Tea', 'tea', 'TEA', 'café', 'Ünïcödé', '0', 'null', "O'Neil", '"', '\\', '👩‍👩‍👧‍👦', 'ｔｅａ', '%'];
      for (const name of names) {
        const ann = await one.newSession(name);
        const chat = await one.newChat(ann, { title: name });
        await accepted(one.post(ann, chat, 'hello'));

        expect(await other.session(ann)).toMatchObject({ displayName: name });
        const shown = await accepted(other.getChat(chat));
        expect(shown).toMatchObject({ title: name, creator: { displayName: name } });
        expect(shown.activeUsers.users).toMatchObject([{ displayName: name }]);
        expect(await other.readMessages(chat)).toMatchObject({ messages: [{ author: { displayName: name } }] });
      }
    });

    test('all handles have the same key for page tokens, of 32 bytes', async ({ one, other }) => {
      expect(one.storage.pageTokenKey).toHaveLength(32);
      expect([...other.storage.pageTokenKey]).toEqual([...one.storage.pageTokenKey]);
    });

    test('other data have another key for page tokens', async ({ one, otherData }) => {
      expect([...otherData.handles[0].pageTokenKey]).not.toEqual([...one.storage.pageTokenKey]);
    });
  });
}
