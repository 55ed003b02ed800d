/** Posting: the hot path. Nothing here costs more as a chat grows. */

import { Refusal } from '../../domain/errors.ts';
import { ACTIVITY_RESOLUTION_MS, CLIENT_MESSAGE_ID_MEMORY_MS, RECENT_RESOLUTION_MS } from '../../domain/limits.ts';
import type { Message } from '../../domain/models.ts';
import type { PostMessage } from '../storage.ts';
import type { StorageMeter } from '../storage-meter.ts';
import type { StorageTracer } from '../storage-tracer.ts';
import type { Database } from './database.ts';
import { isRefusedStatement } from './driver-errors.ts';
import { type BatchLimits, PostBatcher, type SendBatch } from './post-batcher.ts';
import { shardOf } from './postgres-data.ts';

type PostRefusal = 'UNAUTHENTICATED' | 'CHAT_NOT_FOUND' | 'CHAT_READ_ONLY' | 'MESSAGE_ID_CONFLICT';

/** What comes of a post. */
type Posted = Message | Refusal<PostRefusal>;

/** Posts of one handle. */
export type Posts = PostBatcher<PostMessage, Posted>;

/** Two: while the log of one is written to disk, the next is worked on. More would wait for each other there. */
export const BATCH_LIMITS: BatchLimits = { inFlight: 2, posts: 256, bytes: 4 * 1024 * 1024 };

/** Topics in one notification: PostgreSQL takes fewer than 8,000 bytes. */
const TOPICS_PER_NOTE = 200;

interface PostedLine {
  readonly refusal: PostRefusal | null;
  readonly id: string;
  readonly seq: number;
  readonly display_name: string;
  readonly sent_at: number;
}

/** How posts travel, and who is told of it. */
interface PostsOptions {
  readonly limits: BatchLimits;
  readonly meter: StorageMeter;
  readonly tracer: StorageTracer | undefined;
}

/** Makes the posts of a handle travel together. */
export function postsOf(
  database: Database,
  channel: string,
  firstShard: number,
  { limits, meter, tracer }: PostsOptions,
): Posts {
  async function send(posts: readonly PostMessage[], slot: number, startedAtMs: number): Promise<Posted[]> {
    const args = [
      posts.map(({ id }) => id),
      posts.map(({ chatId }) => chatId),
      posts.map(({ author }) => author.userId),
      posts.map(({ text }) => text),
      posts.map(({ sizeBytes }) => sizeBytes),
      posts.map(({ clientMessageId }) => clientMessageId ?? null),
      posts.map(({ now }) => now),
      CLIENT_MESSAGE_ID_MEMORY_MS,
      ACTIVITY_RESOLUTION_MS,
      RECENT_RESOLUTION_MS,
      shardOf(firstShard, slot),
      channel,
      TOPICS_PER_NOTE,
    ];
    const lines = await database.lines<PostedLine>('post_messages_v1', args, { startedAtMs });
    return posts.map((post, index) => postedOf(post, lines[index]));
  }

  const sendBatch: SendBatch<PostMessage, Posted> = async (posts, slot) => {
    const startedAtMs = performance.now();
    meter.sentTogether('posts', posts.length);
    try {
      return (await send(posts, slot, startedAtMs)).map((posted) => () => posted);
    } catch (error) {
      // Only where nothing was done for certain: anything else might post twice.
      const isForOne = error instanceof Error && isRefusedStatement(error.cause) && posts.length > 1;
      if (!isForOne) throw error;
      return sendSingly(posts, (post) => send([post], slot, startedAtMs));
    }
  };
  return new PostBatcher(limits, sendBatch, tracer);
}

/** One post that the server cannot take does not take the others with it. Those whose time is over are not sent. */
async function sendSingly(
  posts: readonly PostMessage[],
  send: (post: PostMessage) => Promise<readonly Posted[]>,
): Promise<(() => Posted)[]> {
  const answers: (() => Posted)[] = [];
  for (const post of posts) {
    try {
      for (const posted of await send(post)) answers.push(() => posted);
    } catch (error) {
      answers.push(() => {
        throw error;
      });
    }
  }
  return answers;
}

function postedOf({ chatId, author, text }: PostMessage, line: PostedLine | undefined): Posted {
  if (line === undefined) throw new Error('post_messages_v1 returned too few lines');
  const { refusal, id, seq, display_name: displayName, sent_at: sentAt } = line;
  if (refusal !== null) return new Refusal(refusal);
  return { id, chatId, seq, author: { userId: author.userId, displayName }, text, sentAt };
}
