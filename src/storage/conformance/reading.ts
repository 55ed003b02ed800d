/** Reading under random interleavings: whatever users do to one chat in whatever order, every answer is the model's. */

import fc from 'fast-check';
import { describe, expect } from 'vitest';

import type { MessageOrder } from '../../domain/models.ts';
import { Refusal } from '../../domain/errors.ts';
import { accepted, range, seqsOf } from './answers.ts';
import { ChatModel, type ModelMessage } from './chat-model.ts';
import type { ChatId, Handle, Visitor } from './handle.ts';
import type { StorageTest } from './scene.ts';

interface Deed {
  /** Says what is done, for the report of a failure. */
  toString(): string;
  /** Does it to the model and to the storage. @returns both answers. */
  play(model: ChatModel, handle: Handle, users: readonly Visitor[], chat: ChatId): Promise<readonly [unknown, unknown]>;
}

const RUNS = 60;
const USERS = 3;

export function reading(test: StorageTest): void {
  describe('reading under random interleavings', () => {
    test('posts, pages, unread and marks answer like a plain list of messages', async ({ one, other }) => {
      const users = [await one.newSession('Ann'), await one.newSession('Бен'), await other.newSession('Cid')];
      const turn = fc.tuple(deeds(), fc.boolean());
      const property = fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(turn, { minLength: 1, maxLength: 40 }),
        async (maxMessages, turns) => {
          const model = new ChatModel(users[0]!, maxMessages);
          const chat = await one.newChat(users[0]!, { maxMessages });
          for (const [deed, onOther] of turns) {
            const [expected, answered] = await deed.play(model, onOther ? other : one, users, chat);
            expect({ deed: String(deed), answered }).toEqual({ deed: String(deed), answered: expected });
          }
          for (const user of users) expect(await countOf(one, user, chat)).toEqual(model.count(user));
          await other.closeChat(users[0]!, chat);
        },
      );
      await fc.assert(property, { numRuns: RUNS });
    });

    test('who only fetches what is unread gets each kept message once, in order, and is told of every gap', async ({
      one,
      other,
    }) => {
      const [host, reader] = [await one.newSession('Host'), await other.newSession('Reader')];
      const step = fc.record({ posts: fc.nat(5), limit: fc.integer({ min: 1, max: 4 }), onOther: fc.boolean() });
      const property = fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.array(step), async (maxMessages, steps) => {
        const chat = await one.newChat(host, { maxMessages });
        await accepted(one.fetchUnread(reader, chat));
        let handed = 0;
        for (const { posts, limit, onOther } of steps) {
          for (let post = 0; post < posts; post++) await accepted(one.post(host, chat, 'x'));
          const page = await accepted((onOther ? other : one).fetchUnread(reader, chat, { limit }));
          expect(seqsOf(page.messages)).toEqual(range(handed + page.missed + 1, page.position));
          handed = page.position;
        }
        const rest = await accepted(other.fetchUnread(reader, chat));
        const { kept } = await accepted(one.readMessages(chat));
        expect(seqsOf(rest.messages)).toEqual(range(handed + rest.missed + 1, kept.last));
        expect(rest).toMatchObject({ position: kept.last, missed: Math.max(0, kept.first - 1 - handed) });
        await one.closeChat(host, chat);
      });
      await fc.assert(property, { numRuns: RUNS });
    });

    test('who acknowledges loses nothing that is kept, however many answers are lost', async ({ one, other }) => {
      const [host, reader] = [await one.newSession('Host'), await other.newSession('Reader')];
      const step = fc.record({
        posts: fc.nat(4),
        limit: fc.integer({ min: 1, max: 4 }),
        isLost: fc.boolean(),
        onOther: fc.boolean(),
      });
      const property = fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.array(step), async (maxMessages, steps) => {
        const chat = await one.newChat(host, { maxMessages });
        let handled = 0;
        for (const { posts, limit, isLost, onOther } of steps) {
          const handle = onOther ? other : one;
          const page = await accepted(handle.fetchUnread(reader, chat, { ackSeq: handled, limit }));
          const expected = range(handled + page.missed + 1, handled + page.missed + page.messages.length);
          expect(seqsOf(page.messages)).toEqual(expected);
          expect(page.position).toBe(handled);
          if (!isLost) handled = page.messages.at(-1)?.seq ?? handled;
          for (let post = 0; post < posts; post++) await accepted(one.post(host, chat, 'x'));
        }
        const rest = await accepted(other.fetchUnread(reader, chat, { ackSeq: handled }));
        const { kept } = await accepted(one.readMessages(chat));
        expect(seqsOf(rest.messages)).toEqual(range(Math.max(handled + 1, kept.first), kept.last));
        expect(rest.missed).toBe(Math.max(0, kept.first - 1 - handled));
        await one.closeChat(host, chat);
      });
      await fc.assert(property, { numRuns: RUNS });
    });
  });
}

function deeds(): fc.Arbitrary<Deed> {
  const user = fc.nat(USERS - 1);
  const seq = fc.nat(45);
  const cut = fc.record({ limit: fc.integer({ min: 1, max: 8 }), maxBytes: fc.integer({ min: 1, max: 3_000 }) });
  const order = fc.constantFrom<MessageOrder>('OLDEST_FIRST', 'NEWEST_FIRST');
  const text = fc.string({ maxLength: 200, unit: 'grapheme' }).map((rest) => `>${rest}`);

  const post = fc.record({ user, text }).map((given): Deed => ({
    toString: () => `post ${fc.stringify(given)}`,
    play: async (model, handle, users, chat) => {
      const author = users[given.user]!;
      const { seq, text } = await accepted(handle.post(author, chat, given.text));
      return [model.post(author, given.text), { seq, text }];
    },
  }));
  const list = fc
    .record({ user, order, fromSeq: fc.option(seq, { nil: undefined }), cut, markRead: fc.boolean() })
    .map((given): Deed => ({
      toString: () => `listMessages ${fc.stringify(given)}`,
      play: async (model, handle, users, chat) => {
        const { user, order, fromSeq, cut, markRead } = given;
        const page = await accepted(handle.listMessages(users[user]!, chat, { order, fromSeq, ...cut, markRead }));
        return [model.list(users[user]!, order, fromSeq, cut, markRead), plain(page)];
      },
    }));
  const fetchUnread = fc.record({ user, ackSeq: fc.option(seq, { nil: undefined }), cut }).map((given): Deed => ({
    toString: () => `fetchUnread ${fc.stringify(given)}`,
    play: async (model, handle, users, chat) => {
      const { user, ackSeq, cut } = given;
      const page = await handle.fetchUnread(users[user]!, chat, { ackSeq, ...cut });
      return [model.fetchUnread(users[user]!, ackSeq, cut), page instanceof Refusal ? undefined : plain(page)];
    },
  }));
  const markRead = fc.record({ user, seq }).map((given): Deed => ({
    toString: () => `markRead ${fc.stringify(given)}`,
    play: async (model, handle, users, chat) => {
      const answer = await handle.markRead(users[given.user]!, chat, given.seq);
      return [model.markRead(users[given.user]!, given.seq), answer instanceof Refusal ? undefined : answer];
    },
  }));
  const read = fc.record({ afterSeq: seq, cut }).map((given): Deed => ({
    toString: () => `readMessages ${fc.stringify(given)}`,
    play: async (model, handle, _users, chat) => {
      const { expiresAt: _, ...run } = await accepted(
        handle.readMessages(chat, { afterSeq: given.afterSeq, ...given.cut }),
      );
      return [model.read(given.afterSeq, given.cut), plain(run)];
    },
  }));
  const count = fc.record({ user }).map((given): Deed => ({
    toString: () => `listUnreadCounts ${fc.stringify(given)}`,
    play: async (model, handle, users, chat) => [
      model.count(users[given.user]!),
      await countOf(handle, users[given.user]!, chat),
    ],
  }));
  return fc.oneof({ weight: 4, arbitrary: post }, list, fetchUnread, markRead, read, count);
}

async function countOf(handle: Handle, user: Visitor, chat: ChatId): Promise<unknown> {
  const { counts } = await handle.listUnreadCounts(user);
  const found = counts.find(({ chatId }) => chatId === chat.id);
  if (found === undefined) return undefined;
  const { chatId: _, ...count } = found;
  return count;
}

/** An answer whose messages are reduced to what the model knows. */
function plain(answer: { readonly messages: readonly ModelMessage[] }): unknown {
  return { ...answer, messages: answer.messages.map(({ seq, text }) => ({ seq, text })) };
}
