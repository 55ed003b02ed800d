import { expect, test } from 'vitest';
import { LiveScene, quiet, QUIET_LOG } from '../../tests/support/live-scene.ts';
import { NEVER } from '../domain/lifetime.ts';
import { Follower } from './follower.ts';

test('many failures at one time are followed by one early look', async () => {
  const { storage, clock } = new LiveScene();
  const context = { storage, clock, log: QUIET_LOG, limits: { maxStreamsPerSession: 0 } };
  let looks = 0;
  const follower = new Follower(context, { chatId: 'chat' }, async () => {
    looks++;
    return NEVER;
  });
  await follower.opened;
  for (let failure = 0; failure < 20; failure++) follower.failed(new Error('it does not answer'));
  clock.advance(100);
  await quiet();
  expect(looks).toBe(2);
  follower.close();
  expect(clock.pending).toBe(0);
});
