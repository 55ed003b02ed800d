import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { disturbed } from '../../tests/support/disturbed-storage.ts';
import { LiveScene, type Person } from '../../tests/support/live-scene.ts';
import { encodedSizeBound } from '../domain/encoded-size.ts';
import { StorageFullError, StorageUnavailableError, type PostMessage, type Storage } from '../storage/storage.ts';
import { measuredStorage } from './measured-storage.ts';
import { registerMetrics, type Instruments } from './register-metrics.ts';
import { STORAGE_OPERATIONS } from './storage-operations.ts';

const NOTHING = { user: { userId: randomUUID(), displayName: 'Ada' }, chatId: randomUUID(), now: 0 };

function measured(storage: Storage): { readonly storage: Storage; readonly instruments: Instruments } {
  const instruments = registerMetrics(new Registry());
  return { storage: measuredStorage(storage, instruments), instruments };
}

/** What was counted, by operation and outcome. */
function counted({ veche_storage_operations_total: operations }: Instruments): readonly string[] {
  return operations.samples().map(({ labels, value }) => `${labels['operation']} ${labels['code']} ${value}`);
}

function postOf({ user }: Person, chatId: string, now: number): PostMessage {
  const [text, id] = ['hello', randomUUID()];
  return {
    id,
    chatId,
    author: user,
    text,
    sizeBytes: encodedSizeBound(user.displayName, text),
    clientMessageId: 'once',
    now,
  };
}

test('an operation is counted by what it came to, and timed', async () => {
  const scene = new LiveScene();
  const { storage, instruments } = measured(scene.storage);
  const now = scene.clock.now();
  const chatId = await scene.chat(await scene.person());
  expect(await storage.getChat({ chatId, activeSince: 0, now })).toMatchObject({ id: chatId });
  expect(await storage.getChat({ chatId: randomUUID(), activeSince: 0, now })).toMatchObject({
    code: 'CHAT_NOT_FOUND',
  });
  expect(counted(instruments)).toEqual(['getChat OK 1', 'getChat CHAT_NOT_FOUND 1']);
  const timed = instruments.veche_storage_operation_duration_seconds.samples();
  expect(timed.at(-1)).toMatchObject({ labels: { operation: 'getChat' }, value: 2 });
});

test('a message is counted once, however often its post is repeated', async () => {
  const scene = new LiveScene();
  const { storage, instruments } = measured(scene.storage);
  const ada = await scene.person();
  const chatId = await scene.chat(ada);
  await storage.postMessage(postOf(ada, chatId, scene.clock.now()));
  await storage.postMessage(postOf(ada, chatId, scene.clock.now()));
  expect(counted(instruments)).toEqual(['postMessage OK 2']);
  expect(instruments.veche_posts_total.samples()).toEqual([{ labels: {}, value: 1 }]);
});

const GONE = new Error('gone');

test.each([
  ['STORAGE_UNAVAILABLE', new StorageUnavailableError('away')],
  ['STORAGE_FULL', new StorageFullError('full')],
  ['CANCELLED', GONE],
  ['INTERNAL', new Error('a fault')],
])('a failure is handed on, and counted as %s', async (code, error) => {
  const failing = disturbed(new LiveScene().storage, {
    before: () => {
      throw error;
    },
  });
  const { storage, instruments } = measured(failing);
  const signal = AbortSignal.abort(GONE);
  const query = { ...NOTHING, activeSince: 0 };
  await expect(storage.getChat(query, { signal })).rejects.toBe(error);
  expect(counted(instruments)).toEqual([`getChat ${code} 1`]);
});

test('every operation goes through to the storage', async () => {
  const heard: string[] = [];
  const { storage } = measured(
    disturbed(new LiveScene().storage, {
      before: (operation) => {
        heard.push(operation);
        throw GONE;
      },
    }),
  );
  for (const operation of STORAGE_OPERATIONS) {
    await expect((storage[operation] as (command: object) => Promise<unknown>)(NOTHING)).rejects.toBe(GONE);
  }
  await expect(storage.close()).rejects.toBe(GONE);
  expect(heard).toEqual([...STORAGE_OPERATIONS, 'close']);
});
