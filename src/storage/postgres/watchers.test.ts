import { describe, expect, test } from 'vitest';

import { topicOf, Watchers } from './watchers.ts';

const CHAT = topicOf({ chatId: 'one' });
const USER = topicOf({ userId: 'one' });

/** A watch that counts. */
function counted(watchers: Watchers, topic: typeof CHAT) {
  const watch = { wakes: 0, end: () => {} };
  watch.end = watchers.add(topic, () => {
    watch.wakes += 1;
  });
  return watch;
}

describe('watches on topics', () => {
  test('a notification wakes the watches of each topic it names', () => {
    const watchers = new Watchers();
    const [chat, again, user] = [counted(watchers, CHAT), counted(watchers, CHAT), counted(watchers, USER)];
    watchers.wake('cone');
    expect([chat.wakes, again.wakes, user.wakes]).toEqual([1, 1, 0]);
    watchers.wake('cother uone cone');
    expect([chat.wakes, again.wakes, user.wakes]).toEqual([2, 2, 1]);
  });

  test('a notification of something else wakes nobody', () => {
    const watchers = new Watchers();
    const chat = counted(watchers, CHAT);
    for (const payload of ['', 'one', 'c', 'hello from another program']) watchers.wake(payload);
    expect(chat.wakes).toBe(0);
  });

  test('where something may have gone unnoticed, all are woken', () => {
    const watchers = new Watchers();
    const [chat, user] = [counted(watchers, CHAT), counted(watchers, USER)];
    watchers.wakeAll();
    expect([chat.wakes, user.wakes]).toEqual([1, 1]);
  });

  test('a watch that was ended is not called, also if one woken before it ended it', () => {
    const watchers = new Watchers();
    const first = watchers.add(CHAT, () => second.end());
    const second = counted(watchers, CHAT);
    watchers.wake(CHAT);
    expect(second.wakes).toBe(0);
    first();
    first();
    watchers.wake(CHAT);
    expect(second.wakes).toBe(0);
  });

  test('a topic can be watched again after its last watch ended', () => {
    const watchers = new Watchers();
    const ended = counted(watchers, CHAT);
    ended.end();
    const chat = counted(watchers, CHAT);
    ended.end();
    watchers.wake(CHAT);
    expect([ended.wakes, chat.wakes]).toEqual([0, 1]);
  });
});
