/**
 * Fills storages with so much that it would take too long through them: what was stored once through the storage is copied on its
 * server.
 */

import { Client } from 'pg';
import { createClient } from 'redis';
import { Keys } from '../../src/storage/redis/keys.ts';

/** Messages that one script copies. */
const AT_ONCE = 10_000;
const COPY_MESSAGE = `
  local record = redis.call('HGET', KEYS[1], '1')
  for seq = tonumber(ARGV[1]), tonumber(ARGV[2]) do redis.call('HSET', KEYS[1], string.format('%.0f', seq), record) end
  redis.call('HSET', KEYS[2], 'lastSeq', ARGV[2])`;

/** Makes the one message of a chat `count` messages. */
export async function copyMessageInRedis(url: string, prefix: string, chatId: string, count: number): Promise<void> {
  const keys = new Keys(prefix);
  const client = await createClient({ url }).connect();
  const names = ['log', 'meta'].map((part) => keys.key('chat', chatId, part));
  for (let done = 1; done < count;) {
    const last = Math.min(done + AT_ONCE, count);
    await client.eval(COPY_MESSAGE, { keys: names, arguments: [String(done + 1), String(last)] });
    done = last;
  }
  client.destroy();
}

/** The same in PostgreSQL. */
export function copyMessageInPostgres(url: string, schema: string, chatId: string, count: number): Promise<void> {
  return runInPostgres(url, schema, [
    `INSERT INTO messages SELECT chat_id, n, gen_random_uuid(), user_id, display_name, text, sent_at, size_bytes
      FROM messages, generate_series(2, ${count}) AS n WHERE chat_id = '${chatId}' AND seq = 1`,
    `UPDATE chats SET last_seq = ${count} WHERE id = '${chatId}'`,
  ]);
}

/** Makes the one chat of a schema `count` chats, one created after the other, with their creator's position in each. */
export function copyChatInPostgres(url: string, schema: string, count: number): Promise<void> {
  return runInPostgres(url, schema, [
    `INSERT INTO chats (id, title, creator_id, creator_name, created_at, max_messages, read_only, unlisted, ttl_ms, deadline)
      SELECT gen_random_uuid(), title, creator_id, creator_name, created_at + n, max_messages, read_only, unlisted, ttl_ms, deadline
      FROM chats, generate_series(1, ${count - 1}) AS n`,
    `INSERT INTO visits (chat_id, user_id, chat_created_at, position)
      SELECT id, creator_id, created_at, 0 FROM chats ON CONFLICT DO NOTHING`,
    `UPDATE places SET taken = ${count} WHERE kind = 'chats'`,
  ]);
}

/** Runs statements, and has the planner and the readers of indexes find what autovacuum would leave them a little later. */
async function runInPostgres(url: string, schema: string, statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`SET search_path TO ${schema}`);
    for (const statement of [...statements, 'VACUUM ANALYZE']) await client.query(statement);
  } finally {
    await client.end();
  }
}
