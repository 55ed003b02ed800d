import { describe, expect, test } from 'vitest';
import { disturbed, type DisturbedStorage } from '../../tests/support/disturbed-storage.ts';
import { quiet } from '../../tests/support/live-scene.ts';
import { accepted, callOf, codeOf, ServiceScene, type ServiceSceneOptions } from '../../tests/support/service-scene.ts';
import type { Refusal } from '../domain/errors.ts';
import { CALL_DEADLINE_MS, DEFAULT_LIMITS } from '../domain/limits.ts';
import type { Chat } from '../domain/models.ts';
import { StorageUnavailableError } from '../storage/storage.ts';
import type { FetchUnreadRequest } from './requests.ts';
import type { FetchUnreadResponse } from './responses.ts';

const WAIT_MS = 30_000;
const SESSION_TTL_MS = DEFAULT_LIMITS.sessionTtlMs;

/** A chat of Ada's with one message, which Bob has read. */
async function situation(options: ServiceSceneOptions = {}, settings: Partial<Chat> = {}) {
  const scene = new ServiceScene(options);
  const [{ token: ada }, { token: bob }] = [await scene.newSession('Ada'), await scene.newSession('Bob')];
  const { id: chatId } = await scene.newChat(ada, settings);
  await scene.post(ada, chatId);
  const wait = (request: Partial<FetchUnreadRequest> = {}): Promise<FetchUnreadResponse | Refusal> =>
    scene.fetchUnread(callOf('FetchUnread', bob), chatId, { waitMs: WAIT_MS, ...request });
  const markRead = async (seq: number): Promise<void> => {
    accepted(await scene.service.markRead(callOf('MarkRead', bob), { chatId, seq }));
  };
  await markRead(1);
  return { scene, ada, bob, chatId, wait, markRead };
}

/** The same, and Bob waits. */
async function waiting(request: Partial<FetchUnreadRequest> = {}, settings: Partial<Chat> = {}) {
  const at = await situation({}, settings);
  const answer = at.wait(request);
  await quiet();
  return { ...at, answer };
}

/** Whether an answer is still to come when everything has happened that can without time passing. */
async function isPending(answer: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([answer, quiet().then(() => pending)])) === pending;
}

function empty(position: number): FetchUnreadResponse {
  return { messages: [], hasMore: false, position, missed: 0 };
}

describe('a wait for something unread', () => {
  test('is no wait when something is unread', async () => {
    const { scene, ada, chatId, wait } = await situation();
    const message = await scene.post(ada, chatId);
    expect(await wait()).toEqual({ messages: [message], hasMore: false, position: 2, missed: 0 });
  });

  test('of 0 s is no wait, also where there can be none', async () => {
    const { scene, wait } = await situation({ limits: { maxStreamsPerSession: 1 } });
    const first = wait();
    await quiet();
    expect(await wait({ waitMs: 0 })).toEqual(empty(1));
    scene.clock.advance(WAIT_MS);
    await first;
  });

  test('of a first visitor is one for the first message', async () => {
    const { scene, ada, bob } = await situation();
    const { id: chatId } = await scene.newChat(ada);
    const answer = scene.fetchUnread(callOf('FetchUnread', bob), chatId, { waitMs: WAIT_MS });
    await quiet();
    const message = await scene.post(ada, chatId);
    expect(accepted(await answer).messages).toEqual([message]);
  });

  test.each([
    ['plain', undefined, 2],
    ['safe', 1, 1],
  ])('ends with the message that is posted meanwhile (%s)', async (_way, ackSeq, position) => {
    const { scene, ada, chatId, answer } = await waiting({ ackSeq });
    const message = await scene.post(ada, chatId);
    expect(await answer).toEqual({ messages: [message], hasMore: false, position, missed: 0 });
  });

  test('ends with as many as asked for of those posted at one time, and says that there are more', async () => {
    const { scene, ada, chatId, answer } = await waiting({ limit: 2 });
    const messages = await Promise.all(['two', 'three', 'four'].map((text) => scene.post(ada, chatId, text)));
    expect(await answer).toEqual({ messages: messages.slice(0, 2), hasMore: true, position: 3, missed: 0 });
  });

  test('says how many were trimmed before they could be read', async () => {
    const { scene, ada, chatId, answer } = await waiting({}, { maxMessages: 1 });
    const messages = await Promise.all(['two', 'three', 'four'].map((text) => scene.post(ada, chatId, text)));
    expect(await answer).toEqual({ messages: messages.slice(2), hasMore: false, position: 4, missed: 2 });
  });

  test('ends with UNAUTHENTICATED when the session ends meanwhile', async () => {
    const { scene, bob, answer } = await waiting();
    await scene.service.endSession(callOf('EndSession', bob), { closeChats: false });
    expect(codeOf(await answer)).toBe('UNAUTHENTICATED');
  });

  test("ends with UNAUTHENTICATED when the session's deadline passes meanwhile", async () => {
    const { scene, wait } = await situation();
    scene.clock.advance(SESSION_TTL_MS - WAIT_MS / 2);
    const answer = wait();
    await quiet();
    scene.clock.advance(WAIT_MS / 2 - 1);
    expect(await isPending(answer)).toBe(true);
    scene.clock.advance(1);
    expect(codeOf(await answer)).toBe('UNAUTHENTICATED');
  });

  test('ends with CHAT_NOT_FOUND when the chat closes meanwhile', async () => {
    const { scene, ada, chatId, answer } = await waiting();
    await scene.service.closeChat(callOf('CloseChat', ada), { chatId });
    expect(codeOf(await answer)).toBe('CHAT_NOT_FOUND');
  });

  test("ends with CHAT_NOT_FOUND when the chat's lifetime is over meanwhile", async () => {
    const { scene, answer } = await waiting({}, { ttlMs: 5_000 });
    scene.clock.advance(4_999);
    expect(await isPending(answer)).toBe(true);
    scene.clock.advance(1);
    expect(codeOf(await answer)).toBe('CHAT_NOT_FOUND');
  });

  test('ends with the empty answer when its time is over', async () => {
    const { scene, answer } = await waiting();
    scene.clock.advance(WAIT_MS - 1);
    expect(await isPending(answer)).toBe(true);
    scene.clock.advance(1);
    expect(await answer).toEqual(empty(1));
  });

  test('ends with the empty answer when the server shuts down', async () => {
    const { scene, answer } = await waiting();
    scene.isShuttingDown = true;
    await scene.hub.shutdown();
    expect(await answer).toEqual(empty(1));
  });

  test.each([undefined, 1])(
    'ends empty with the position moved by an own post meanwhile (ack_seq %s)',
    async (ackSeq) => {
      const { scene, bob, chatId, answer } = await waiting({ ackSeq });
      await scene.post(bob, chatId);
      await quiet();
      scene.clock.advance(WAIT_MS);
      expect(await answer).toEqual(empty(2));
    },
  );

  test('is refused at once for an acknowledgement beyond the last seq', async () => {
    const { wait } = await situation();
    expect(codeOf(await wait({ ackSeq: 2 }))).toBe('INVALID_ARGUMENT');
  });

  test('beyond what the session may hold open is refused with TOO_MANY_STREAMS, after any other refusal', async () => {
    const { scene, bob, chatId, wait } = await situation({ limits: { maxStreamsPerSession: 1 } });
    const first = wait();
    await quiet();
    expect(codeOf(await wait())).toBe('TOO_MANY_STREAMS');
    expect(codeOf(await wait({ waitMs: WAIT_MS + 1 }))).toBe('INVALID_ARGUMENT');
    expect(codeOf(await wait({ chatId: 'bad' }))).toBe('INVALID_ARGUMENT');
    expect(codeOf(await wait({ chatId: crypto.randomUUID() }))).toBe('CHAT_NOT_FOUND');
    expect(codeOf(await wait({ ackSeq: 2 }))).toBe('INVALID_ARGUMENT');
    const subscribe = { chatId, afterSeq: undefined };
    const sink = { send: () => {}, end: () => {}, cut: () => {} };
    expect(codeOf(await scene.service.subscribe(callOf('Subscribe', bob), subscribe, sink))).toBe('TOO_MANY_STREAMS');
    scene.clock.advance(WAIT_MS);
    expect(await first).toEqual(empty(1));
  });
});

/** Bob waits, and nothing that is posted is noticed before `notice` is called. */
async function unnoticing(ackSeq?: number) {
  const { promise: isNoticed, resolve: notice } = Promise.withResolvers<void>();
  let isHeld = false;
  const before = (operation: string) => (isHeld && operation === 'readMessages' ? isNoticed : undefined);
  const at = await situation({ disturb: (storage) => disturbed(storage, { before }) });
  const answer = at.wait({ ackSeq });
  await quiet();
  isHeld = true;
  return { ...at, answer, notice };
}

describe('of two devices of one session', () => {
  test.each([
    ['plain', undefined, 3],
    ['safe', 1, 2],
  ])(
    'one goes on waiting when the other has marked as read what was posted, and gets only what follows (%s)',
    async (_way, ackSeq, position) => {
      const { scene, ada, chatId, answer, markRead, notice } = await unnoticing(ackSeq);
      await scene.post(ada, chatId);
      await markRead(2);
      notice();
      expect(await isPending(answer)).toBe(true);
      const message = await scene.post(ada, chatId);
      expect(await answer).toEqual({ messages: [message], hasMore: false, position, missed: 0 });
    },
  );

  test('one gets what is left when the other has marked a part of what was posted as read', async () => {
    const { scene, ada, chatId, answer, markRead, notice } = await unnoticing();
    const messages = await Promise.all(['two', 'three', 'four'].map((text) => scene.post(ada, chatId, text)));
    await markRead(3);
    notice();
    expect(await answer).toEqual({ messages: messages.slice(2), hasMore: false, position: 4, missed: 0 });
  });

  test.each([undefined, 1])(
    'one ends empty with the position to which the other has marked as read (ack_seq %s)',
    async (ackSeq) => {
      const { scene, ada, chatId, answer, markRead } = await unnoticing(ackSeq);
      await scene.post(ada, chatId);
      await markRead(2);
      scene.clock.advance(WAIT_MS);
      expect(await answer).toEqual(empty(2));
    },
  );

  test('that both wait, plain, one gets the message and the other goes on waiting', async () => {
    const { scene, ada, chatId, wait, answer } = await waiting();
    const answers = [answer, wait()];
    await quiet();
    const message = await scene.post(ada, chatId);
    const first = accepted(await Promise.race(answers));
    expect(first).toEqual({ messages: [message], hasMore: false, position: 2, missed: 0 });
    await quiet();
    scene.clock.advance(WAIT_MS);
    expect(await Promise.all(answers)).toEqual(expect.arrayContaining([first, empty(2)]));
  });

  test('that both wait, safe, both get the message', async () => {
    const { scene, ada, chatId, wait, answer } = await waiting({ ackSeq: 1 });
    const answers = [answer, wait({ ackSeq: 1 })];
    await quiet();
    const message = await scene.post(ada, chatId);
    const page = { messages: [message], hasMore: false, position: 1, missed: 0 };
    expect(await Promise.all(answers)).toEqual([page, page]);
  });
});

/** Bob's chat on a storage in which an operation hangs or fails from the time that it is named. */
async function troubled(happens: () => Promise<void>) {
  const trouble = { at: '' };
  const before = (operation: string) => (operation === trouble.at ? happens() : undefined);
  let storage: DisturbedStorage | undefined;
  const at = await situation({ disturb: (real) => (storage = disturbed(real, { before })) });
  const held = () => ({
    pending: at.scene.clock.pending,
    feeds: at.scene.hub.openFeeds,
    watches: storage?.openWatches,
  });
  return { ...at, trouble, held };
}

const hangs = (): Promise<void> => new Promise(() => {});

const NOTHING_HELD = { pending: 0, feeds: 0, watches: 0 };
const OPERATIONS = ['authenticate', 'fetchUnread', 'watch', 'readMessages'] as const;

describe('a wait while the storage does not answer', () => {
  test.each(OPERATIONS)('ends with DEADLINE_EXCEEDED when %s hangs, and holds nothing then', async (operation) => {
    const { scene, wait, trouble, held } = await troubled(hangs);
    trouble.at = operation;
    const answer = wait();
    await quiet();
    scene.clock.advance(WAIT_MS);
    expect(await isPending(answer)).toBe(true);
    scene.clock.advance(CALL_DEADLINE_MS);
    expect(codeOf(await answer)).toBe('DEADLINE_EXCEEDED');
    await quiet();
    expect(held()).toEqual(NOTHING_HELD);
  });

  test.each(['authenticate', 'fetchUnread'])(
    'ends with DEADLINE_EXCEEDED when %s hangs from the middle on, and holds nothing then',
    async (operation) => {
      const { scene, ada, chatId, wait, trouble, held } = await troubled(hangs);
      const answer = wait();
      await quiet();
      await scene.post(ada, chatId);
      trouble.at = operation;
      await quiet();
      scene.clock.advance(WAIT_MS + CALL_DEADLINE_MS);
      expect(codeOf(await answer)).toBe('DEADLINE_EXCEEDED');
      await quiet();
      expect(held()).toEqual(NOTHING_HELD);
    },
  );

  test.each(OPERATIONS)('ends with STORAGE_UNAVAILABLE when %s fails, and holds nothing then', async (operation) => {
    const { scene, wait, trouble, held } = await troubled(() =>
      Promise.reject(new StorageUnavailableError('it is down')),
    );
    trouble.at = operation;
    expect(codeOf(await wait())).toBe('STORAGE_UNAVAILABLE');
    await quiet();
    // The wake-up that calls have in common goes with the last deadline; those of a wait lie further ahead.
    scene.clock.advance(CALL_DEADLINE_MS);
    expect(held()).toEqual(NOTHING_HELD);
  });
});
