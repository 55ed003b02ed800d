import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openEvents } from './support/event-reader.ts';
import { HttpPerson } from './support/http-person.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const INTERVAL_MS = 15_000;

let app: TestApp;
let anna: HttpPerson;
let chatId: string;

beforeAll(async () => {
  app = await startTestApp();
  anna = await HttpPerson.enter(app.port);
});

afterAll(() => app.close());

beforeEach(async () => {
  ({ id: chatId } = await anna.openChat());
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});

afterEach(() => vi.useRealTimers());

describe('a quiet stream', () => {
  test('shows every 15 seconds, and not before, that it is alive', async () => {
    const reader = await openEvents(app.port, anna, chatId);
    expect(await reader.next()).toMatchObject({ event: 'caught-up' });
    vi.advanceTimersByTime(INTERVAL_MS - 1);
    await anna.post(chatId, 'Слово');
    expect(await reader.next()).toMatchObject({ event: 'messages' });
    for (let beat = 0; beat < 3; beat++) {
      vi.advanceTimersByTime(beat === 0 ? 1 : INTERVAL_MS);
      expect(await reader.nextBlock()).toBe(': heartbeat');
    }
    reader.response.destroy();
  });

  test('does so with one timer, however many there are, and with none when they are gone', async () => {
    const readers = await Promise.all(Array.from({ length: 5 }, () => openEvents(app.port, anna, chatId)));
    await Promise.all(readers.map((reader) => reader.next()));
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(INTERVAL_MS);
    const beats = await Promise.all(readers.map((reader) => reader.nextBlock()));
    expect(new Set(beats)).toEqual(new Set([': heartbeat']));
    for (const { response } of readers) response.destroy();
    await expect.poll(() => vi.getTimerCount()).toBe(0);
  });
});
