import { describe, expect, test } from 'vitest';
import { disturbed } from '../../tests/support/disturbed-storage.ts';
import { quiet } from '../../tests/support/live-scene.ts';
import { callOf, ServiceScene } from '../../tests/support/service-scene.ts';

const NO_CHAT = '00000000-0000-7000-8000-000000000000';

function line(method: string, code: string, durationMs = 0): string {
  return `debug: call answered { method: '${method}', code: '${code}', durationMs: ${durationMs} }`;
}

describe('a call leaves one line in the debug log', () => {
  test('when it is answered', async () => {
    const scene = new ServiceScene();
    const { token } = await scene.newSession();
    await scene.newChat(token);
    expect(scene.logged).toEqual([line('CreateSession', 'OK'), line('CreateChat', 'OK')]);
  });

  test('when it is refused, with the name of the refusal', async () => {
    const scene = new ServiceScene();
    const { token } = await scene.newSession();
    await scene.service.getChat(callOf('GetChat', token), { chatId: NO_CHAT });
    await scene.service.getChat(callOf('GetChat', token), { chatId: '' });
    await scene.service.getChat(callOf('GetChat'), { chatId: NO_CHAT });
    scene.isShuttingDown = true;
    await scene.service.getStats(callOf('GetStats'));
    expect(scene.logged.slice(1)).toEqual([
      line('GetChat', 'CHAT_NOT_FOUND'),
      line('GetChat', 'INVALID_ARGUMENT'),
      line('GetChat', 'UNAUTHENTICATED'),
      line('GetStats', 'SHUTTING_DOWN'),
    ]);
  });

  test('with the time that it took', async () => {
    const scene = new ServiceScene({
      disturb: (storage) => disturbed(storage, { before: () => new Promise<void>(() => {}) }),
    });
    const answer = scene.service.getStats(callOf('GetStats'));
    await quiet();
    scene.clock.advance(10_000);
    await answer;
    expect(scene.logged).toEqual([line('GetStats', 'DEADLINE_EXCEEDED', 10_000)]);
  });

  test('and no other when its caller goes away', async () => {
    const call = callOf('GetStats');
    const scene = new ServiceScene({
      disturb: (storage) =>
        disturbed(storage, {
          before: () => {
            call.abandon();
            call.signal.throwIfAborted();
          },
        }),
    });
    await scene.service.getStats(call);
    expect(scene.logged).toEqual([line('GetStats', 'DEADLINE_EXCEEDED')]);
  });

  test('without anything of what was asked, or who asked', async () => {
    const scene = new ServiceScene();
    const { token, session } = await scene.newSession('Mallory');
    const { id: chatId } = await scene.newChat(token, { title: 'a secret title' });
    await scene.post(token, chatId, 'a secret text');
    const unreadable = [{ field: 'a secret field', description: 'is unknown' }];
    await scene.service.getChat({ ...callOf('GetChat', token), unreadable }, { chatId });
    const log = scene.logged.join('\n');
    for (const secret of [token, session.userId, 'Mallory', chatId, 'secret']) expect(log).not.toContain(secret);
  });
});
