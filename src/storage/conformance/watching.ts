/** Watching: being woken by what happens on any handle. */

import { describe, expect } from 'vitest';

import { accepted, range, seqsOf } from './answers.ts';
import { SESSION_TTL_MS } from './handle.ts';
import { HOUR_MS, SECOND_MS } from './moved-clock.ts';
import { race } from './race.ts';
import type { StorageTest } from './scene.ts';
import { type Watch, watchOn } from './watch-on.ts';

export function watching(test: StorageTest): void {
  describe('watching a chat', () => {
    test('a post wakes the watches on every handle, and can then be read', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const watches = [await watchOn(one, { chatId: chat.id }), await watchOn(other, { chatId: chat.id })];
      for (const seq of range(1, 4)) {
        const woken = watches.map((watch) => watch.nextWake());
        await accepted((seq % 2 === 0 ? one : other).post(ann, chat, `message ${seq}`));
        await Promise.all(woken);
        for (const handle of [one, other]) expect(await handle.getChat(chat)).toMatchObject({ messageCount: seq });
      }
      stopAll(watches);
    });

    test('its closing wakes, and the chat is gone then', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const watches = [await watchOn(one, { chatId: chat.id }), await watchOn(other, { chatId: chat.id })];
      const woken = watches.map((watch) => watch.nextWake());
      await one.closeChat(ann, chat);
      await Promise.all(woken);

      expect(await other.readMessages(chat)).toMatchObject({ code: 'CHAT_NOT_FOUND' });
      stopAll(watches);
    });

    test('its closing by an operator wakes, and its creator’s session is woken, too', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const watches = [await watchOn(one, { chatId: chat.id }), await watchOn(other, { userId: ann.userId })];
      const woken = watches.map((watch) => watch.nextWake());
      await other.closeAnyChat(chat);
      await Promise.all(woken);

      expect(await one.readMessages(chat)).toMatchObject({ code: 'CHAT_NOT_FOUND' });
      stopAll(watches);
    });

    test('the end of its creator’s session, which closes it, wakes', async ({ one, other }) => {
      const ann = await one.newSession();
      const chats = [await one.newChat(ann), await other.newChat(ann)];
      const watches: Watch[] = [];
      for (const chat of chats) {
        for (const handle of [one, other]) watches.push(await watchOn(handle, { chatId: chat.id }));
      }
      const woken = watches.map((watch) => watch.nextWake());
      await other.endSession(ann, true);
      await Promise.all(woken);

      for (const chat of chats) expect(await one.readMessages(chat)).toMatchObject({ code: 'CHAT_NOT_FOUND' });
      stopAll(watches);
    });

    test('who reads again at each wake sees every message in order, however fast they come', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const watch = await watchOn(other, { chatId: chat.id });
      const seen: number[] = [];
      const reading = (async () => {
        while (seen.length < 50) {
          const woken = watch.nextWake();
          const { messages } = await accepted(other.readMessages(chat, { afterSeq: seen.length }));
          seen.push(...seqsOf(messages));
          if (messages.length === 0) await woken;
        }
      })();
      await race([one, other], 50, (handle) => accepted(handle.post(ann, chat, 'x')));
      await reading;

      expect(seen).toEqual(range(1, 50));
      watch.stop();
    });

    test('a watch is not called before it is there, whatever is posted while it begins', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      for (const watcher of [one, other]) {
        for (let turn = 0; turn < 10; turn++) {
          const before = race([one, other], turn, (handle) => accepted(handle.post(ann, chat, 'before')));
          let isThere = false;
          let early = 0;
          const starting = watcher.storage.watch({ chatId: chat.id }, () => {
            if (!isThere) early += 1;
          });
          const started = starting.then((stop) => {
            isThere = true;
            return stop;
          });
          await race([other, one], 10, (handle) => accepted(handle.post(ann, chat, 'meanwhile')));
          await before;
          const stop = await started;

          expect(early).toBe(0);
          stop();
        }
      }
    });

    test('a watch that is there misses nothing, whatever was posted while it began', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      for (const [watcher, poster] of [
        [one, other],
        [other, one],
        [one, one],
      ] as const) {
        for (let turn = 0; turn < 10; turn++) {
          const before = race([one, other], turn, (handle) => accepted(handle.post(ann, chat, 'before')));
          const watch = await watchOn(watcher, { chatId: chat.id });
          await before;
          const woken = watch.nextWake();
          await accepted(poster.post(ann, chat, 'after'));
          await woken;
          watch.stop();
        }
      }
    });

    test('a watch that was ended is not called any more, and may be ended twice', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const ended = await watchOn(one, { chatId: chat.id });
      const staying = await watchOn(one, { chatId: chat.id });
      let woken = Promise.all([ended.nextWake(), staying.nextWake()]);
      await accepted(other.post(ann, chat, 'for both'));
      await woken;
      ended.stop();
      ended.stop();

      const wakes = ended.wakes;
      for (const handle of [one, other]) {
        const wake = staying.nextWake();
        await accepted(handle.post(ann, chat, 'for one'));
        await wake;
      }
      expect(ended.wakes).toBe(wakes);
      staying.stop();
    });

    test('a watch that is ended while a post is on its way is not called any more', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      for (const handle of [one, other]) {
        const ended = await watchOn(one, { chatId: chat.id });
        const staying = await watchOn(one, { chatId: chat.id });
        const woken = staying.nextWake();
        const posting = accepted(handle.post(ann, chat, 'on its way'));
        ended.stop();
        const { wakes } = ended;
        await posting;
        await woken;

        expect(ended.wakes).toBe(wakes);
        staying.stop();
      }
    });

    test('two watches with the same function are two watches', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      const woken = Promise.withResolvers<void>();
      const wake = (): void => woken.resolve();
      const stopFirst = await one.storage.watch({ chatId: chat.id }, wake);
      const stopSecond = await one.storage.watch({ chatId: chat.id }, wake);
      stopFirst();
      stopFirst();
      await accepted(other.post(ann, chat, 'hello'));
      await woken.promise;
      stopSecond();
    });

    test('the same chat can be watched again after its last watch ended', async ({ one, other }) => {
      const ann = await one.newSession();
      const chat = await one.newChat(ann);
      for (const handle of [one, other, one]) {
        const watch = await watchOn(handle, { chatId: chat.id });
        const woken = watch.nextWake();
        await accepted(other.post(ann, chat, 'hello'));
        await woken;
        watch.stop();
      }
    });

    test('many chats can be watched at once, each woken by its own', async ({ one, other }) => {
      const ann = await one.newSession();
      const chats = [];
      for (let count = 0; count < 10; count++) chats.push(await one.newChat(ann));
      const watches = await Promise.all(chats.map(({ id }) => watchOn(one, { chatId: id })));
      const woken = watches.map((watch) => watch.nextWake());
      await Promise.all(chats.map((chat) => accepted(other.post(ann, chat, 'hello'))));
      await Promise.all(woken);
      stopAll(watches);
    });
  });

  describe('watching a session', () => {
    test('its end wakes the watches on every handle, and it is over then', async ({ one, other }) => {
      const ann = await one.newSession();
      const watches = [await watchOn(one, { userId: ann.userId }), await watchOn(other, { userId: ann.userId })];
      const woken = watches.map((watch) => watch.nextWake());
      await other.endSession(ann);
      await Promise.all(woken);

      expect(await one.authenticate(ann)).toMatchObject({ code: 'UNAUTHENTICATED' });
      stopAll(watches);
    });

    test('what brings its end nearer wakes, and the new deadline can be read then', async ({ one, other, clock }) => {
      const ann = await one.newSession();
      const watches = [await watchOn(one, { userId: ann.userId }), await watchOn(other, { userId: ann.userId })];
      for (const [handle, reader, ttlMs] of [
        [one, other, undefined],
        [other, one, undefined],
        [one, other, HOUR_MS],
        [other, one, HOUR_MS],
      ] as const) {
        const chat = await handle.newChat(ann, { ttlMs });
        clock.advance(SECOND_MS);
        const woken = watches.map((watch) => watch.nextWake());
        await accepted(handle.closeChat(ann, chat));
        await Promise.all(woken);
        expect((await reader.session(ann)).expiresAt).toBe(clock.now + SESSION_TTL_MS);
      }
      stopAll(watches);
    });
  });
}

function stopAll(watches: readonly Watch[]): void {
  for (const watch of watches) watch.stop();
}
