import { describe, expect, test } from 'vitest';
import { ADMIN_TOKEN } from '../../tests/support/admin-token.ts';
import { disturbed } from '../../tests/support/disturbed-storage.ts';
import { callOf, ServiceScene } from '../../tests/support/service-scene.ts';
import { StorageUnavailableError, type Storage } from '../storage/storage.ts';
import { operatorCheck } from './operator.ts';

const reason = 'спам';

describe('the operator', () => {
  test('is who shows the admin token, exactly', () => {
    const isOperator = operatorCheck(ADMIN_TOKEN);
    expect(isOperator(ADMIN_TOKEN)).toBe(true);
    for (const other of ['', 'x', `${ADMIN_TOKEN}x`, ADMIN_TOKEN.slice(1), ADMIN_TOKEN.toUpperCase()]) {
      expect(isOperator(other), other).toBe(false);
    }
  });

  test('is nobody where there is no admin token', () => {
    const isOperator = operatorCheck(undefined);
    for (const token of ['', 'undefined', ADMIN_TOKEN]) expect(isOperator(token), token).toBe(false);
  });
});

/** The lines about what operators did. */
function deeds({ logged }: ServiceScene): readonly string[] {
  return logged.filter((line) => line.includes('an operator acted'));
}

/** A storage that does not answer when a session is to be ended. */
function failing(storage: Storage): Storage {
  return disturbed(storage, {
    before(operation) {
      if (operation === 'endSession') throw new StorageUnavailableError('no answer');
    },
  });
}

describe('what an operator does is in the log at level info, with its reason and what it came to', () => {
  test('when it is done, and when there is nothing to end', async () => {
    const scene = new ServiceScene();
    const { token, session } = await scene.newSession();
    const { id: chatId } = await scene.newChat(token);
    await scene.service.closeAnyChat(callOf('CloseAnyChat', ADMIN_TOKEN), { chatId, reason });
    await scene.service.closeAnyChat(callOf('CloseAnyChat', ADMIN_TOKEN), { chatId, reason });
    const { userId } = session;
    await scene.service.endAnySession(callOf('EndAnySession', ADMIN_TOKEN), { userId, reason });

    const expected = [
      ['CloseAnyChat', chatId, 'OK'],
      ['CloseAnyChat', chatId, 'CHAT_NOT_FOUND'],
      ['EndAnySession', userId, 'OK'],
    ];
    expect(deeds(scene)).toHaveLength(expected.length);
    for (const [index, words] of expected.entries()) {
      for (const word of ['info: ', ...words, reason]) expect(deeds(scene)[index]).toContain(word);
    }
    expect(scene.logged.join('\n')).not.toContain(ADMIN_TOKEN);
  });

  test('also when nobody knows whether it was done', async () => {
    const scene = new ServiceScene({ disturb: failing });
    const { session } = await scene.newSession();
    const { userId } = session;
    const answer = await scene.service.endAnySession(callOf('EndAnySession', ADMIN_TOKEN), { userId, reason });
    expect(answer).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    expect(deeds(scene)).toHaveLength(1);
    for (const word of [userId, reason, 'FAILED']) expect(deeds(scene)[0]).toContain(word);
  });

  test('not what was never tried', async () => {
    const scene = new ServiceScene();
    const { token, session } = await scene.newSession();
    const { userId } = session;
    await scene.service.endAnySession(callOf('EndAnySession', ADMIN_TOKEN), { userId, reason: '' });
    await scene.service.endAnySession(callOf('EndAnySession', token), { userId, reason });
    expect(deeds(scene)).toEqual([]);
  });
});
