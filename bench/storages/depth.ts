/** Whether a page far from the start of a long chat costs what the first one does. */

import type { User } from '../../src/domain/models.ts';
import { MAX_PAGE_BYTES } from '../../src/domain/limits.ts';
import type { MessagePage, Storage } from '../../src/storage/storage.ts';
import { PAGE_SIZE } from '../load.ts';
import { compare, type Measure } from '../measure.ts';
import type { Scale } from '../scale.ts';
import { copyMessageInPostgres, copyMessageInRedis } from './fill.ts';
import { accepted, openChat, openSession, post, repeating } from './load.ts';
import type { StorageServers } from './servers.ts';

/** How many times as long a page may take there. */
const GOAL = 1.2;

export async function measureDepth({ redis, postgres }: StorageServers, scale: Scale): Promise<Measure[]> {
  const data = 'depth';
  return [
    await redis.withStorage(data, (storage) =>
      paging('Redis', storage, scale, (chatId) => copyMessageInRedis(redis.url, data, chatId, scale.depth)),
    ),
    await postgres.withStorage(data, (storage) =>
      paging('PostgreSQL', storage, scale, (chatId) => copyMessageInPostgres(postgres.url, data, chatId, scale.depth)),
    ),
  ];
}

async function paging(
  name: string,
  storage: Storage,
  scale: Scale,
  fill: (chatId: string) => Promise<void>,
): Promise<Measure> {
  const user = await openSession(storage);
  const chatId = await openChat(storage, user);
  await post(storage, chatId, user);
  await fill(chatId);
  const at = async (lastSeq: number) => {
    const read = (): Promise<MessagePage> => pageUpTo(storage, chatId, user, lastSeq);
    const { messages } = await read();
    if (messages.length !== PAGE_SIZE || messages.at(-1)?.seq !== lastSeq) throw new Error(`no page up to ${lastSeq}`);
    return repeating(scale.pages, read);
  };
  const measure = await compare(
    `pages on ${name} at depth ${scale.depth.toLocaleString('en')}`,
    scale,
    { veche: await at(scale.depth), beside: { name: 'at depth 1', ...(await at(PAGE_SIZE)) } },
    'per second',
  );
  const reached = measure.beside.ratio.ofMedians >= 1 / GOAL;
  return { ...measure, goal: { text: `at most ${GOAL} times the time`, reached } };
}

async function pageUpTo(storage: Storage, chatId: string, user: User, lastSeq: number): Promise<MessagePage> {
  const query = { chatId, user, order: 'OLDEST_FIRST', fromSeq: lastSeq - PAGE_SIZE, limit: PAGE_SIZE } as const;
  return accepted(await storage.listMessages({ ...query, maxBytes: MAX_PAGE_BYTES, markRead: false, now: Date.now() }));
}
