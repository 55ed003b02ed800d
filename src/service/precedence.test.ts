import { describe, expect, test } from 'vitest';
import { accepted, callOf, codeOf, ServiceScene } from '../../tests/support/service-scene.ts';
import type { Refusal } from '../domain/errors.ts';

const NO_CHAT = '00000000-0000-7000-8000-000000000000';
const ANY = { pageSize: undefined, pageToken: undefined };
const MESSAGES = { ...ANY, order: undefined, markRead: undefined };

interface Situation {
  readonly scene: ServiceScene;
  readonly ada: string;
  readonly bob: string;
  readonly chatId: string;
  readonly otherChatId: string;
  /** Of a page of `chatId`. */
  readonly pageToken: string;
}

async function situation(): Promise<Situation> {
  const scene = new ServiceScene();
  const { token: ada } = await scene.newSession('Ada');
  const { token: bob } = await scene.newSession('Bob');
  const { id: chatId } = await scene.newChat(ada);
  const { id: otherChatId } = await scene.newChat(ada);
  await scene.post(ada, chatId);
  await scene.post(ada, chatId);
  const { nextPageToken } = await scene.messages(ada, chatId, { pageSize: 1 });
  return { scene, ada, bob, chatId, otherChatId, pageToken: nextPageToken! };
}

type Attempt = (at: Situation) => Promise<unknown>;

const listMessages =
  (chatId: (at: Situation) => string, request: { pageSize?: number } = {}): Attempt =>
  ({ scene, ada, pageToken, ...at }) =>
    scene.service.listMessages(callOf('ListMessages', ada), {
      ...MESSAGES,
      ...request,
      chatId: chatId({ scene, ada, pageToken, ...at }),
      pageToken,
    });

/** What must win, over what else is true of the same call, and the call. */
const CASES: readonly (readonly [wins: Refusal['code'], over: string, attempt: Attempt])[] = [
  [
    'SHUTTING_DOWN',
    'a missing session',
    ({ scene }) => {
      scene.isShuttingDown = true;
      return scene.service.getSession(callOf('GetSession'));
    },
  ],
  [
    'SHUTTING_DOWN',
    'a bad argument without a session',
    ({ scene }) => {
      scene.isShuttingDown = true;
      return scene.service.createSession(callOf('CreateSession'), { displayName: '' });
    },
  ],
  [
    'SHUTTING_DOWN',
    'a bad argument',
    ({ scene, ada }) => {
      scene.isShuttingDown = true;
      return scene.service.getChat(callOf('GetChat', ada), { chatId: 'bad' });
    },
  ],
  [
    'UNAUTHENTICATED',
    'a bad argument',
    ({ scene }) => scene.service.getChat(callOf('GetChat', 'veche_bad'), { chatId: 'bad' }),
  ],
  ['INVALID_ARGUMENT', 'an unknown chat', listMessages(() => NO_CHAT, { pageSize: 0 })],
  ['CHAT_NOT_FOUND', 'a page token of another chat', listMessages(() => NO_CHAT)],
  ['INVALID_ARGUMENT', 'nothing else, for a page token of another chat', listMessages((at) => at.otherChatId)],
  [
    'CHAT_NOT_FOUND',
    'an acknowledgement beyond the last seq',
    ({ scene, ada }) => scene.fetchUnread(callOf('FetchUnread', ada), NO_CHAT, { ackSeq: 99 }),
  ],
];

describe('of several refusals', () => {
  test.each(CASES)('%s wins over %s', async (wins, _over, attempt) => {
    expect(codeOf(await attempt(await situation()))).toBe(wins);
  });

  test('CHAT_READ_ONLY wins over MESSAGE_ID_CONFLICT', async () => {
    const { scene, ada, bob } = await situation();
    const { id: chatId } = await scene.newChat(ada, { readOnly: true });
    const post = (token: string, text: string) =>
      scene.service.postMessage(callOf('PostMessage', token), { chatId, text, clientMessageId: 'same' });
    accepted(await post(ada, 'one'));
    expect(codeOf(await post(ada, 'two'))).toBe('MESSAGE_ID_CONFLICT');
    expect(codeOf(await post(bob, 'one'))).toBe('CHAT_READ_ONLY');
    expect(codeOf(await post(bob, 'two'))).toBe('CHAT_READ_ONLY');
  });
});
