import { describe, expect, test } from 'vitest';
import { ADMIN_TOKEN } from '../../tests/support/admin-token.ts';
import { Reader } from '../../tests/support/reader.ts';
import { callOf, codeOf, ServiceScene } from '../../tests/support/service-scene.ts';
import { invalidArgument, type FieldViolation } from '../domain/errors.ts';
import { CALLED_BY, METHODS, type Call, type Method } from './calls.ts';

interface Situation {
  readonly scene: ServiceScene;
  readonly userId: string;
  readonly token: string;
  readonly chatId: string;
}

/** A request of every method in which nothing is wrong. */
const CALLS: { readonly [M in Method]: (at: Situation, call: Call<M>) => Promise<unknown> } = {
  CreateSession: ({ scene }, call) => scene.service.createSession(call, { displayName: 'Ada' }),
  GetSession: ({ scene }, call) => scene.service.getSession(call),
  EndSession: ({ scene }, call) => scene.service.endSession(call, { closeChats: true }),
  CreateChat: ({ scene }, call) =>
    scene.service.createChat(call, {
      title: '',
      maxMessages: undefined,
      readOnly: false,
      ttlMs: undefined,
      unlisted: false,
    }),
  ListChats: ({ scene }, call) => scene.service.listChats(call, { pageSize: undefined, pageToken: undefined }),
  GetChat: ({ scene, chatId }, call) => scene.service.getChat(call, { chatId }),
  CloseChat: ({ scene, chatId }, call) => scene.service.closeChat(call, { chatId }),
  PostMessage: ({ scene, chatId }, call) =>
    scene.service.postMessage(call, { chatId, text: 'hello', clientMessageId: undefined }),
  ListMessages: ({ scene, chatId }, call) =>
    scene.service.listMessages(call, {
      chatId,
      pageSize: undefined,
      pageToken: undefined,
      order: undefined,
      markRead: undefined,
    }),
  FetchUnread: ({ scene, chatId }, call) => scene.fetchUnread(call, chatId),
  MarkRead: ({ scene, chatId }, call) => scene.service.markRead(call, { chatId, seq: 0 }),
  ListUnreadCounts: ({ scene }, call) =>
    scene.service.listUnreadCounts(call, { pageSize: undefined, pageToken: undefined }),
  Subscribe: ({ scene, chatId }, call) => scene.service.subscribe(call, { chatId, afterSeq: undefined }, new Reader()),
  GetStats: ({ scene }, call) => scene.service.getStats(call),
  ListSessions: ({ scene }, call) => scene.service.listSessions(call, { pageSize: undefined, pageToken: undefined }),
  ListAllChats: ({ scene }, call) => scene.service.listAllChats(call, { pageSize: undefined, pageToken: undefined }),
  CloseAnyChat: ({ scene, chatId }, call) => scene.service.closeAnyChat(call, { chatId, reason: 'spam' }),
  EndAnySession: ({ scene, userId }, call) => scene.service.endAnySession(call, { userId, reason: 'spam' }),
};

const UNREADABLE: readonly FieldViolation[] = [
  { field: 'colour', description: 'is unknown' },
  { field: 'a.b', description: 'must be text' },
];

async function situation(): Promise<Situation> {
  const scene = new ServiceScene();
  const { session, token } = await scene.newSession();
  return { scene, userId: session.userId, token, chatId: (await scene.newChat(token)).id };
}

function attempt<M extends Method>(method: M, at: Situation, call: Partial<Call<M>> = {}): Promise<unknown> {
  const token = CALLED_BY[method] === 'operator' ? ADMIN_TOKEN : at.token;
  return CALLS[method](at, { ...callOf(method, token), ...call, method });
}

describe.each(METHODS)('what could not be read of a request of %s', (method) => {
  test('is refused, each field by its name', async () => {
    const at = await situation();
    expect(await attempt(method, at, { unreadable: UNREADABLE })).toEqual(invalidArgument(...UNREADABLE));
  });

  test('is all that is refused', async () => {
    expect(codeOf(await attempt(method, await situation()))).toBeUndefined();
  });

  test('keeps the call from doing anything', async () => {
    const at = await situation();
    const { scene } = at;
    const state = async (): Promise<unknown> => [
      await scene.storage.getStats({ now: scene.clock.now() }, {}),
      await attempt('GetSession', at),
      await attempt('ListUnreadCounts', at),
      await attempt('ListChats', at),
    ];
    const before = await state();
    await attempt(method, at, { unreadable: UNREADABLE });
    expect(await state()).toEqual(before);
  });

  test('is not said to somebody for whom the method is not', async () => {
    const at = await situation();
    for (const token of [undefined, 'unknown']) {
      const answer = await attempt(method, at, { token, unreadable: UNREADABLE });
      expect(codeOf(answer)).toBe(CALLED_BY[method] === 'anybody' ? 'INVALID_ARGUMENT' : 'UNAUTHENTICATED');
    }
  });

  test('is not said while the server shuts down', async () => {
    const at = await situation();
    at.scene.isShuttingDown = true;
    for (const token of [undefined, at.token]) {
      expect(codeOf(await attempt(method, at, { token, unreadable: UNREADABLE }))).toBe('SHUTTING_DOWN');
    }
  });
});

test('only CreateSession and GetStats are for anybody', () => {
  expect(METHODS.filter((method) => CALLED_BY[method] === 'anybody')).toEqual(['CreateSession', 'GetStats']);
});
