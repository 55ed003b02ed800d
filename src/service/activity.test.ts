import { describe, expect, test } from 'vitest';
import { accepted, callOf, ServiceScene } from '../../tests/support/service-scene.ts';

const SESSION_TTL_MS = 60_000;

describe('a user is active in a chat', () => {
  test.each(['GetChat', 'ListChats'] as const)(
    'until the session lifetime has passed since the last activity, in %s',
    async (method) => {
      const scene = new ServiceScene({ limits: { sessionTtlMs: SESSION_TTL_MS } });
      const { token, session } = await scene.newSession();
      // An open chat keeps the session, whatever its user does.
      const { id: chatId } = await scene.newChat(token);
      await scene.post(token, chatId);
      const activeUsers = async (): Promise<readonly string[]> => {
        const page = { pageSize: undefined, pageToken: undefined };
        const [chat] =
          method === 'GetChat'
            ? [await scene.chat(token, chatId)]
            : accepted(await scene.service.listChats(callOf(method, token), page)).chats;
        return chat!.activeUsers.users.map(({ userId }) => userId);
      };
      scene.clock.advance(SESSION_TTL_MS - 1);
      expect(await activeUsers()).toEqual([session.userId]);
      scene.clock.advance(1);
      expect(await activeUsers()).toEqual([]);
    },
  );
});

describe('a chat that asks for no lifetime', () => {
  test('gets the longest one when the server has one', async () => {
    const scene = new ServiceScene({ limits: { maxChatTtlMs: 5_000 } });
    const { token } = await scene.newSession();
    const chat = await scene.newChat(token);
    expect(chat).toMatchObject({ ttlMs: 5_000, expiresAt: chat.createdAt + 5_000 });
    expect(await scene.newChat(token, { ttlMs: 2_000 })).toMatchObject({ ttlMs: 2_000 });
  });

  test('gets none when the server has none', async () => {
    const scene = new ServiceScene();
    const { token } = await scene.newSession();
    expect(await scene.newChat(token)).toMatchObject({ ttlMs: undefined, expiresAt: Infinity });
  });
});
