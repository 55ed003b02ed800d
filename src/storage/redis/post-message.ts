/** Posting: the hot path. One script in the chat, one at the author's session, each sent with whatever else is sent in that turn. */

import { Refusal } from '../../domain/errors.ts';
import { CLIENT_MESSAGE_ID_MEMORY_MS } from '../../domain/limits.ts';
import type { Message } from '../../domain/models.ts';
import { keptCount, keptOf } from '../../domain/position.ts';
import type { PostMessage } from '../storage.ts';
import type { Steps } from './operations.ts';
import type { PostCounts } from './post-counts.ts';
import { messageRecord, rememberedMessageOf } from './records.ts';
import { numberOf, textOf } from './replies.ts';
import { KEY_GRACE_MS } from './times.ts';
import { runAsVisitor, visitChat } from './visiting.ts';

/** Forgotten ids that are cleared away with each new one: more than come, so that they do not pile up. */
const FORGOTTEN_PER_POST = 4;

export async function postMessage(
  steps: Steps,
  counts: PostCounts,
  command: PostMessage,
): Promise<Message | Refusal<'UNAUTHENTICATED' | 'CHAT_NOT_FOUND' | 'CHAT_READ_ONLY' | 'MESSAGE_ID_CONFLICT'>> {
  const marked = counts.begin(command.chatId, command.now, steps);
  try {
    const outcome = await post(steps, counts, command);
    await marked;
    return outcome;
  } finally {
    counts.end(command.chatId);
  }
}

async function post(
  steps: Steps,
  counts: PostCounts,
  command: PostMessage,
): Promise<Message | Refusal<'UNAUTHENTICATED' | 'CHAT_NOT_FOUND' | 'CHAT_READ_ONLY' | 'MESSAGE_ID_CONFLICT'>> {
  const { id, chatId, author, text, clientMessageId, now } = command;
  const { userId, displayName } = author;
  const outcome = await runAsVisitor(
    steps,
    'post-message',
    { chatId, userId, now },
    {
      now,
      user: userId,
      retryId: clientMessageId === undefined ? '' : `${userId} ${clientMessageId}`,
      record: messageRecord(command),
      memoryMs: CLIENT_MESSAGE_ID_MEMORY_MS,
      forgetLimit: FORGOTTEN_PER_POST,
      graceMs: KEY_GRACE_MS,
    },
  );
  if (outcome === undefined) return new Refusal('UNAUTHENTICATED');
  const [kind, first, second, third] = outcome.reply;
  switch (textOf(kind)) {
    case 'posted': {
      const [seq, sentAt] = [numberOf(first), numberOf(second)];
      counts.note(chatId, seq, keptCount(keptOf(seq, numberOf(third))), now);
      await touch(steps, chatId, userId, now);
      return { id, chatId, seq, author: { userId, displayName }, text, sentAt };
    }
    case 'repeat': {
      const message = rememberedMessageOf(chatId, textOf(first));
      if (message.text !== text) return new Refusal('MESSAGE_ID_CONFLICT');
      // The first may have broken off before it came to this; otherwise it changes nothing.
      await touch(steps, chatId, userId, message.sentAt);
      return message;
    }
    case 'read-only':
      return new Refusal('CHAT_READ_ONLY');
    default: {
      // No chat, no lease to go by: a session that is over comes first.
      const session = await visitChat(steps, userId, '', now);
      return new Refusal(session === undefined ? 'UNAUTHENTICATED' : 'CHAT_NOT_FOUND');
    }
  }
}

/** Moves the author's deadline. A session that ended while the message was on its way leaves the chat again. */
async function touch(steps: Steps, chatId: string, userId: string, now: number): Promise<void> {
  const reply = await steps.run('touch-session', userId, { now, graceMs: KEY_GRACE_MS });
  if (Array.isArray(reply) && reply[0] === 'live') return;
  await steps.run('renew-leases', chatId, {}, [userId, '']);
}
