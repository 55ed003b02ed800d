import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describe, expect, test } from 'vitest';

import type { Message } from '../../domain/models.ts';
import { MessageLog } from './message-log.ts';

const AMPLE = { limit: 1_000, maxBytes: 1_000_000 };

function message(seq: number): Message {
  const author = { userId: 'ann', displayName: 'Ann' };
  return { id: `m${seq}`, chatId: 'c', seq, author, text: `text ${seq}`, sentAt: 1_000 + seq };
}

function logOf(count: number, maxMessages: number, sizeBytes = 1): MessageLog {
  const log = new MessageLog(maxMessages);
  for (let seq = 1; seq <= count; seq++) log.append(message(seq), sizeBytes);
  return log;
}

function seqs(messages: readonly Message[]): number[] {
  return messages.map(({ seq }) => seq);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

describe('a message log', () => {
  test('is empty before the first message', () => {
    const log = new MessageLog(5);
    expect(log.kept).toEqual({ first: 1, last: 0 });
    expect(log.count).toBe(0);
    expect(log.lastSentAt).toBeUndefined();
    expect(log.read(1, 1, AMPLE)).toEqual([]);
    expect(log.read(0, -1, AMPLE)).toEqual([]);
  });

  test.for([1, 2, 127, 128, 129, 300])('keeps the last %i of 1000 messages, without a hole', (maxMessages) => {
    const log = logOf(1_000, maxMessages);
    expect(log.count).toBe(maxMessages);
    expect(log.lastSentAt).toBe(2_000);
    expect(seqs(log.read(1, 1, AMPLE))).toEqual(range(1_001 - maxMessages, 1_000));
    expect(seqs(log.read(5_000, -1, AMPLE))).toEqual(range(1_001 - maxMessages, 1_000).toReversed());
  });

  test('keeps all messages when it keeps without a limit', () => {
    expect(seqs(logOf(700, 0).read(1, 1, AMPLE))).toEqual(range(1, 700));
  });

  test('reads from any seq, in both directions, up to the limit', () => {
    const log = logOf(400, 300);
    expect(seqs(log.read(254, 1, { ...AMPLE, limit: 5 }))).toEqual([254, 255, 256, 257, 258]);
    expect(seqs(log.read(258, -1, { ...AMPLE, limit: 5 }))).toEqual([258, 257, 256, 255, 254]);
    expect(log.read(401, 1, AMPLE)).toEqual([]);
    expect(log.read(100, -1, AMPLE)).toEqual([]);
  });

  test('begins at the oldest kept message when what is asked for was trimmed', () => {
    expect(seqs(logOf(10, 3).read(2, 1, AMPLE))).toEqual([8, 9, 10]);
  });

  test('cuts by bytes, but always gives one message if there is one', () => {
    const log = logOf(10, 0, 100);
    expect(seqs(log.read(1, 1, { limit: 10, maxBytes: 300 }))).toEqual([1, 2, 3]);
    expect(seqs(log.read(1, 1, { limit: 10, maxBytes: 299 }))).toEqual([1, 2]);
    expect(seqs(log.read(10, -1, { limit: 10, maxBytes: 1 }))).toEqual([10]);
  });

  test('gives back the very messages that were appended', () => {
    const log = new MessageLog(2);
    const messages = [message(1), message(2), message(3)];
    for (const each of messages) log.append(each, 1);
    const read = log.read(1, 1, AMPLE);
    expect(read).toHaveLength(2);
    expect(read[0]).toBe(messages[1]);
    expect(read[1]).toBe(messages[2]);
  });
});

/** Weak references to so many messages that a log was given, by seq. */
function weaklyHeld(log: MessageLog, count: number): readonly WeakRef<Message>[] {
  return range(1, count).map((seq) => {
    const appended = message(seq);
    log.append(appended, 1);
    return new WeakRef(appended);
  });
}

describe('memory', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;

  test.for([1, 127, 128, 129, 300])(
    'holds the last %i messages, and nothing of what was trimmed',
    async (maxMessages) => {
      const log = new MessageLog(maxMessages);
      const references = weaklyHeld(log, 1_000);
      // Until its turn is over, the engine keeps what a reference was made to.
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
      const held = references.flatMap((reference, index) => (reference.deref() === undefined ? [] : [index + 1]));
      expect(held).toEqual(range(1_001 - maxMessages, 1_000));
      expect(log.count).toBe(maxMessages);
    },
  );
});
