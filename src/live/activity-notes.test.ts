import { expect, test } from 'vitest';
import { LiveScene } from '../../tests/support/live-scene.ts';
import { DEFAULT_LIMITS, MAX_USERS_PER_NOTE } from '../domain/limits.ts';
import type { User } from '../domain/models.ts';
import type { NoteActivity, Storage } from '../storage/storage.ts';
import { ActivityNotes } from './activity-notes.ts';
import { NO_LIVE_METER } from './live-meter.ts';

test('all users are noted, however many, in calls that name no more than a storage takes', async () => {
  const scene = new LiveScene();
  const chatId = await scene.chat(await scene.person());
  const users: User[] = [];
  for (let count = 0; count <= 2 * MAX_USERS_PER_NOTE; count++) users.push((await scene.person()).user);
  const sizes: number[] = [];
  const storage = listening(scene.storage, ({ users }) => sizes.push(users.length));
  const { clock, log } = scene;
  await new ActivityNotes({ storage, clock, log, meter: NO_LIVE_METER, limits: DEFAULT_LIMITS }, chatId, () => []).note(
    users,
  );

  expect(sizes).toEqual([MAX_USERS_PER_NOTE, MAX_USERS_PER_NOTE, 1]);
  const chat = await scene.storage.getChat({ chatId, activeSince: 0, now: clock.now() });
  expect(chat).toMatchObject({ activeUsers: { count: users.length } });
});

/** The storage, which lets `hear` know of each note before it takes it. */
function listening(storage: Storage, hear: (note: NoteActivity) => void): Storage {
  return new Proxy(storage, {
    get(target, name) {
      if (name !== 'noteActivity') return Reflect.get(target, name);
      return (note: NoteActivity): Promise<void> => {
        hear(note);
        return target.noteActivity(note);
      };
    },
  });
}
