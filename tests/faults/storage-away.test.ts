/** The storage hangs, or connections to it break: calls end in time, and all is well again afterwards. */

import { afterEach, describe, expect, test, vi } from 'vitest';
import { MessageService, type PostMessageResponse } from '../../src/gen/veche/v1/message_pb.js';
import { failure } from '../support/grpc-error.ts';
import { checkHealth } from '../support/health.ts';
import { findFaults } from './support/find-faults.ts';
import { Fleet } from './support/fleet.ts';
import { Load } from './support/load.ts';
import { askRedis, STORAGES, startDurableRedis, type FragileStorage } from './support/storages.ts';

const POSTS = 1_000;
const CUTS = 5;
/** Until the server notices, and until it has found back. */
const PATIENCE_MS = 60_000;

const closing: { readonly close: () => Promise<void> }[] = [];

afterEach(async () => {
  for (const each of closing.splice(0).toReversed()) await each.close();
});

async function startFleet(storage: FragileStorage): Promise<Fleet> {
  closing.push(storage);
  const fleet = await Fleet.start(storage.env);
  closing.push(fleet);
  return fleet;
}

describe.each(STORAGES)('%s', (_name, start) => {
  test('that hangs is told of as unavailable, and used again when it goes on', async () => {
    const storage = await start();
    const fleet = await startFleet(storage);
    const load = await Load.begin(fleet);
    await load.more(POSTS);
    await load.stop();
    const [{ id: chatId, token } = { id: '', token: '' }] = load.chats;

    const post = (instance: number): Promise<PostMessageResponse> => {
      const request = { chatId, text: 'Is it there?', clientMessageId: 'question' };
      return fleet.client(instance).call(MessageService.method.postMessage, request, { token });
    };
    storage.server.freeze();
    const failures = await Promise.all(Array.from({ length: 100 }, (_, index) => failure(post(index))));
    expect(new Set(failures.map(({ reason }) => reason))).toStrictEqual(new Set(['STORAGE_UNAVAILABLE']));
    await untilHealth(fleet, 'NOT_SERVING');

    storage.server.thaw();
    await untilHealth(fleet, 'SERVING');
    const { message } = await post(0);
    expect((await post(1)).message).toStrictEqual(message);
    expect(await findFaults(load)).toStrictEqual([]);
  });

  test('that hangs under load for a while costs nobody anything', async () => {
    const storage = await start();
    const fleet = await startFleet(storage);
    const load = await Load.begin(fleet);
    for (let round = 0; round < 2; round++) {
      await load.more(POSTS);
      storage.server.freeze();
      const retries = load.retries;
      // As many as post at a time: each has had its answer, that there is none.
      await vi.waitFor(() => expect(load.retries).toBeGreaterThan(retries + 64), PATIENCE_MS);
      storage.server.thaw();
    }
    await load.more(POSTS);
    await load.stop();
    expect(await findFaults(load)).toStrictEqual([]);
  });

  test('whose connections break under load loses, repeats and reorders nothing', async () => {
    const storage = await start();
    const load = await Load.begin(await startFleet(storage));
    for (let cut = 0; cut < CUTS; cut++) {
      await load.more(POSTS);
      await storage.cutConnections();
    }
    await load.more(POSTS);
    await load.stop();
    expect(await findFaults(load)).toStrictEqual([]);
  });

  test('whose notifications are lost still brings everything to every stream, in order', async () => {
    const storage = await start();
    const load = await Load.begin(await startFleet(storage));
    for (let cut = 0; cut < CUTS; cut++) {
      await load.more(POSTS);
      await storage.cutListeners();
    }
    await load.stop();
    expect(await findFaults(load)).toStrictEqual([]);
  });
});

test('scripts that Redis has forgotten are given to it again, under load', async () => {
  const storage = await startDurableRedis();
  const load = await Load.begin(await startFleet(storage));
  for (let flush = 0; flush < CUTS; flush++) {
    await load.more(POSTS);
    await askRedis(storage.env['VECHE_REDIS_URL']!, ['SCRIPT', 'FLUSH']);
  }
  await load.more(POSTS);
  await load.stop();
  expect(await findFaults(load)).toStrictEqual([]);
  expect(load.retries).toBe(0);
});

/** Waits until every instance says so. */
async function untilHealth(fleet: Fleet, status: string): Promise<void> {
  await vi.waitFor(async () => {
    const answers = await Promise.all(fleet.ports.map(checkHealth));
    expect(new Set(answers)).toStrictEqual(new Set([status]));
  }, PATIENCE_MS);
}
