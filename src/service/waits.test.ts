import { describe, expect, test } from 'vitest';
import { quiet } from '../../tests/support/live-scene.ts';
import { accepted, callOf, codeOf, ServiceScene } from '../../tests/support/service-scene.ts';
import type { Refusal } from '../domain/errors.ts';
import type { FetchUnreadResponse } from './responses.ts';

const WAIT_MS = 30_000;

interface Waiting {
  readonly scene: ServiceScene;
  readonly ada: string;
  readonly bob: string;
  readonly chatId: string;
  readonly answer: Promise<FetchUnreadResponse | Refusal>;
}

/** Bob, who has read all, waits in the chat of Ada. */
async function waiting(ackSeq?: number): Promise<Waiting> {
  const scene = new ServiceScene();
  const [{ token: ada }, { token: bob }] = [await scene.newSession('Ada'), await scene.newSession('Bob')];
  const { id: chatId } = await scene.newChat(ada);
  await scene.post(ada, chatId);
  accepted(await scene.service.markRead(callOf('MarkRead', bob), { chatId, seq: 1 }));
  const answer = scene.fetchUnread(callOf('FetchUnread', bob), chatId, { waitMs: WAIT_MS, ackSeq });
  await quiet();
  return { scene, ada, bob, chatId, answer };
}

describe('a wait for something unread', () => {
  test('ends with the message that is posted meanwhile', async () => {
    const { scene, ada, chatId, answer } = await waiting();
    const message = await scene.post(ada, chatId);
    expect(accepted(await answer)).toEqual({ messages: [message], hasMore: false, position: 2, missed: 0 });
  });

  test('ends with UNAUTHENTICATED when the session ends meanwhile', async () => {
    const { scene, bob, answer } = await waiting();
    await scene.service.endSession(callOf('EndSession', bob), { closeChats: false });
    expect(codeOf(await answer)).toBe('UNAUTHENTICATED');
  });

  test('ends with CHAT_NOT_FOUND when the chat closes meanwhile', async () => {
    const { scene, ada, chatId, answer } = await waiting();
    await scene.service.closeChat(callOf('CloseChat', ada), { chatId });
    expect(codeOf(await answer)).toBe('CHAT_NOT_FOUND');
  });

  test('ends with the empty answer when its time is over', async () => {
    const { scene, answer } = await waiting();
    scene.clock.advance(WAIT_MS);
    expect(await answer).toEqual({ messages: [], hasMore: false, position: 1, missed: 0 });
  });

  test.each([undefined, 1])('ends empty with the position moved by an own post meanwhile (ack_seq %s)', async (ack) => {
    const { scene, bob, chatId, answer } = await waiting(ack);
    await scene.post(bob, chatId);
    await quiet();
    scene.clock.advance(WAIT_MS);
    expect(await answer).toEqual({ messages: [], hasMore: false, position: 2, missed: 0 });
  });
});
