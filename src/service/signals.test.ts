/** Whoever goes away is not worked for: every operation of the storage is told by the signal of the call. */

import { expect, test } from 'vitest';
import { ADMIN_TOKEN } from '../../tests/support/admin-token.ts';
import { Reader } from '../../tests/support/reader.ts';
import { accepted, callOf, ServiceScene } from '../../tests/support/service-scene.ts';
import type { CallOptions, Storage } from '../storage/storage.ts';
import { CALLED_BY, METHODS, type Call, type Method } from './calls.ts';

interface Told {
  readonly operation: string;
  readonly signal: unknown;
}

/** A storage that notes with which signal each operation is called. */
function noting(storage: Storage, told: Told[]): Storage {
  return new Proxy(storage, {
    get(target, name) {
      const operation: unknown = Reflect.get(target, name);
      if (typeof operation !== 'function') return operation;
      return (...args: unknown[]): unknown => {
        told.push({ operation: String(name), signal: (args[1] as CallOptions | undefined)?.signal });
        return operation.apply(target, args);
      };
    },
  });
}

interface Play {
  readonly scene: ServiceScene;
  readonly userId: string;
  readonly chatId: string;
  readonly otherPageToken: string;
}

type AnyCall = (play: Play, call: Call) => Promise<unknown>;

/** What streams and waits have done for all of a chat or a session together, whoever of them leaves. */
const SHARED = new Set(['watch', 'authenticate', 'readMessages', 'noteActivity']);
/** A look without a wait, one with one, its first attempt, and the last. */
const WAITING = [
  'fetchUnread',
  'authenticate',
  'fetchUnread',
  'authenticate',
  'fetchUnread',
  'authenticate',
  'fetchUnread',
];
const NO_PAGE = { pageSize: undefined, pageToken: undefined };

/** How each method is called, and which operations it comes to besides finding the session. */
const CALLS: { readonly [M in Method]: readonly [call: (play: Play, call: Call<M>) => Promise<unknown>, ...string[]] } =
  {
    CreateSession: [({ scene }, call) => scene.service.createSession(call, { displayName: 'Bob' }), 'createSession'],
    GetSession: [({ scene }, call) => scene.service.getSession(call)],
    EndSession: [({ scene }, call) => scene.service.endSession(call, { closeChats: true }), 'endSession'],
    CreateChat: [
      ({ scene }, call) =>
        scene.service.createChat(call, {
          title: '',
          maxMessages: undefined,
          readOnly: false,
          ttlMs: undefined,
          unlisted: false,
        }),
      'createChat',
    ],
    ListChats: [({ scene }, call) => scene.service.listChats(call, NO_PAGE), 'listChats'],
    GetChat: [({ scene, chatId }, call) => scene.service.getChat(call, { chatId }), 'getChat'],
    CloseChat: [({ scene, chatId }, call) => scene.service.closeChat(call, { chatId }), 'closeChat'],
    PostMessage: [
      ({ scene, chatId }, call) => scene.service.postMessage(call, { chatId, text: 'x', clientMessageId: undefined }),
      'postMessage',
    ],
    ListMessages: [
      async ({ scene, chatId, otherPageToken }, call) => {
        const request = { chatId, ...NO_PAGE, order: undefined, markRead: undefined };
        await scene.service.listMessages(call, request);
        await scene.service.listMessages(call, { ...request, pageToken: otherPageToken });
      },
      'listMessages',
      'authenticate',
      'readMessages',
    ],
    FetchUnread: [
      async ({ scene, chatId }, call) => {
        await scene.fetchUnread(call, chatId);
        const waiting = scene.fetchUnread(call, chatId, { waitMs: 1_000 });
        while (scene.hub.openFeeds === 0) await new Promise((resolve) => setImmediate(resolve));
        await new Promise((resolve) => setImmediate(resolve));
        scene.clock.advance(1_000);
        await waiting;
      },
      ...WAITING,
    ],
    MarkRead: [({ scene, chatId }, call) => scene.service.markRead(call, { chatId, seq: 0 }), 'markRead'],
    ListUnreadCounts: [({ scene }, call) => scene.service.listUnreadCounts(call, NO_PAGE), 'listUnreadCounts'],
    Subscribe: [
      ({ scene, chatId }, call) => scene.service.subscribe(call, { chatId, afterSeq: undefined }, new Reader()),
    ],
    GetStats: [({ scene }, call) => scene.service.getStats(call), 'getStats'],
    ListSessions: [({ scene }, call) => scene.service.listSessions(call, NO_PAGE), 'listSessions'],
    ListAllChats: [({ scene }, call) => scene.service.listAllChats(call, NO_PAGE), 'listChats'],
    CloseAnyChat: [
      ({ scene, chatId }, call) => scene.service.closeAnyChat(call, { chatId, reason: 'spam' }),
      'closeChat',
    ],
    EndAnySession: [
      ({ scene, userId }, call) => scene.service.endAnySession(call, { userId, reason: 'spam' }),
      'endSession',
    ],
  };

test.each(METHODS)('%s hands the signal of its caller to every operation', async (method) => {
  const told: Told[] = [];
  const scene = new ServiceScene({ disturb: (storage) => noting(storage, told) });
  const { session, token } = await scene.newSession();
  const [{ id: chatId }, { id: otherId }] = [await scene.newChat(token), await scene.newChat(token)];
  for (let post = 0; post < 2; post++) await scene.post(token, otherId);
  const { nextPageToken = '' } = await scene.messages(token, otherId, { pageSize: 1 });
  const call = callOf(method, CALLED_BY[method] === 'operator' ? ADMIN_TOKEN : token);
  told.length = 0;

  const [make, ...operations] = CALLS[method] as unknown as readonly [AnyCall, ...string[]];
  accepted(await make({ scene, userId: session.userId, chatId, otherPageToken: nextPageToken }, call));
  const withSignal = told.filter(({ signal }) => signal === call.signal).map(({ operation }) => operation);
  expect(withSignal).toEqual([...(CALLED_BY[method] === 'session' ? ['authenticate'] : []), ...operations]);
  const others = told.filter(({ signal }) => signal !== call.signal).map(({ operation }) => operation);
  const isLive = method === 'FetchUnread' || method === 'Subscribe';
  expect(others.filter((operation) => !(isLive && SHARED.has(operation)))).toEqual([]);
});
