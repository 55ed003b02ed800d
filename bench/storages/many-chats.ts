/** Whether the statistics and a page of the list of chats cost the same whatever number of chats is open. */

import type { ChatCursor, ChatPage, Storage } from '../../src/storage/storage.ts';
import { load } from '../load.ts';
import { compare, withGoal, type Measure, type Side } from '../measure.ts';
import type { Scale } from '../scale.ts';
import { copyChatInPostgres } from './fill.ts';
import { openChat, openSession, repeating } from './load.ts';
import type { StorageServers } from './servers.ts';

const FEW = 100;
const PAGE_SIZE = 50;
/** The part of what there are per second with few: no less than what rounds differ by anyway. */
const GOAL = 0.9;

export async function measureManyChats({ redis, postgres }: StorageServers, scale: Scale): Promise<Measure[]> {
  const { manyChats } = scale;
  const onRedis = await redis.withStorage('few_chats', (few) =>
    redis.withStorage('many_chats', async (many) => {
      for (const [storage, count] of [[few, FEW] as const, [many, manyChats] as const]) {
        const user = await openSession(storage);
        await load(count, () => openChat(storage, user));
      }
      return measure('Redis', few, many, scale);
    }),
  );
  const onPostgres = await postgres.withStorage('few_chats', (few) =>
    postgres.withStorage('many_chats', async (many) => {
      for (const storage of [few, many]) await openChat(storage, await openSession(storage));
      await copyChatInPostgres(postgres.url, 'few_chats', FEW);
      await copyChatInPostgres(postgres.url, 'many_chats', manyChats);
      return measure('PostgreSQL', few, many, scale);
    }),
  );
  return [...onRedis, ...onPostgres];
}

async function measure(name: string, few: Storage, many: Storage, scale: Scale): Promise<Measure[]> {
  const beside = `with ${FEW}`;
  const withMany = `with ${scale.manyChats.toLocaleString('en')} chats`;
  const stats = await compare(
    `statistics on ${name} ${withMany}`,
    scale,
    {
      veche: await counting(many, scale, scale.manyChats),
      beside: { name: beside, ...(await counting(few, scale, FEW)) },
    },
    'per second',
  );
  const lists = await compare(
    `lists on ${name} ${withMany}`,
    scale,
    {
      veche: await listing(many, scale, scale.manyChats),
      beside: { name: beside, ...(await listing(few, scale, FEW)) },
    },
    'per second',
  );
  return [stats, lists].map((measure) => withGoal(measure, GOAL));
}

async function counting(storage: Storage, { pages }: Scale, expected: number): Promise<Side> {
  const { chats } = await storage.getStats({ now: Date.now() });
  if (chats !== expected) throw new Error(`${chats} chats in the statistics`);
  return repeating(pages, () => storage.getStats({ now: Date.now() }));
}

/** Full pages, half of them from the start of the list, half of them from its middle. */
async function listing(storage: Storage, { pages }: Scale, expected: number): Promise<Side> {
  const list = (after: ChatCursor | undefined): Promise<ChatPage> => {
    const now = Date.now();
    return storage.listChats({ unlisted: false, after, limit: PAGE_SIZE, activeSince: now, now });
  };
  let middle: ChatCursor | undefined;
  for (let passed = 0; passed < expected / 2; passed += PAGE_SIZE) middle = (await list(middle)).next;
  for (const after of [undefined, middle]) {
    const { chats } = await list(after);
    if (chats.length !== PAGE_SIZE) throw new Error(`${chats.length} chats in a page`);
  }
  return repeating(pages, (index) => list(index % 2 === 0 ? undefined : middle));
}
