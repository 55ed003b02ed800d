/** Comparing finds the differences there are and no others, and its calls reach all that a storage can answer. */

import { describe, expect, test } from 'vitest';

import type { ErrorCode } from '../../domain/errors.ts';
import { createMemoryData } from '../memory/memory-data.ts';
import { openMemoryStorage } from '../memory/open-memory-storage.ts';
import type { Storage } from '../storage.ts';
import { range } from './answers.ts';
import { type Operation, randomCommands } from './commands.ts';
import { compareStorages } from './compare-storages.ts';

describe('comparing storages', () => {
  test('the same seed makes the same calls, another seed others', () => {
    expect([...randomCommands(1, 200)]).toEqual([...randomCommands(1, 200)]);
    expect([...randomCommands(1, 200)]).not.toEqual([...randomCommands(2, 200)]);
  });

  test('the clock of the calls never steps back', () => {
    let latest = 0;
    for (const { now } of randomCommands(3, 2_000)) {
      expect(now).toBeGreaterThanOrEqual(latest);
      latest = now;
    }
  });

  test('two memory storages answer alike, and the calls reach every outcome', async () => {
    const seen = new Set<string>();
    for (const seed of range(1, 12)) {
      const outcomes = await compareStorages(fresh(), fresh(), seed, 400);
      for (const outcome of Object.keys(outcomes)) seen.add(outcome);
    }
    expect([...seen].toSorted()).toEqual(EVERY_OUTCOME);
  });

  test.each([
    ['loses a position', 'markRead', (answer: object) => ({ ...answer, position: 0 })],
    ['repeats a page', 'fetchUnread', (answer: object) => ({ ...answer, hasMore: true })],
    ['miscounts', 'getStats', (answer: object) => ({ ...answer, users: 3 })],
    ['forgets who is active', 'getChat', (answer: object) => ({ ...answer, activeUsers: { count: 0, users: [] } })],
    ['drops a chat from the list', 'listChats', (answer: object) => ({ ...answer, chats: [] })],
    ['drops a session from the list', 'listSessions', (answer: object) => ({ ...answer, sessions: [] })],
  ] as const)('a storage that %s is found out, by seed, step and call', async (_name, operation, spoil) => {
    const comparing = compareStorages(fresh(), spoilt(fresh(), operation, spoil), 5, 1_200);
    await expect(comparing).rejects.toMatchObject({
      actual: { where: expect.stringMatching(`^seed 5, step \\d+: ${operation} \\{`) },
    });
  });

  test('a storage that fails is named with seed, step and call', async () => {
    const failing = spoilt(fresh(), 'postMessage', () => {
      throw new Error('out of order');
    });
    await expect(compareStorages(fresh(), failing, 5, 400)).rejects.toMatchObject({
      message: expect.stringMatching(/^the second storage, seed 5, step \d+: postMessage \{/),
      cause: { message: 'out of order' },
    });
  });
});

const EVERY_OUTCOME = Object.entries({
  authenticate: ['UNAUTHENTICATED'],
  closeChat: ['CHAT_NOT_FOUND', 'NOT_CHAT_CREATOR', 'UNAUTHENTICATED'],
  createChat: ['CHAT_LIMIT_REACHED', 'UNAUTHENTICATED', 'USER_CHAT_LIMIT_REACHED'],
  createSession: ['USER_LIMIT_REACHED'],
  endSession: ['SESSION_HAS_OPEN_CHATS', 'UNAUTHENTICATED'],
  fetchUnread: ['CHAT_NOT_FOUND', 'INVALID_ARGUMENT', 'UNAUTHENTICATED'],
  getChat: ['CHAT_NOT_FOUND'],
  getStats: [],
  listChats: [],
  listMessages: ['CHAT_NOT_FOUND', 'UNAUTHENTICATED'],
  listSessions: [],
  listUnreadCounts: ['UNAUTHENTICATED'],
  markRead: ['CHAT_NOT_FOUND', 'INVALID_ARGUMENT', 'UNAUTHENTICATED'],
  noteActivity: [],
  postMessage: ['CHAT_NOT_FOUND', 'CHAT_READ_ONLY', 'MESSAGE_ID_CONFLICT', 'UNAUTHENTICATED'],
  readMessages: ['CHAT_NOT_FOUND'],
  spendRates: [],
} satisfies Record<Operation, readonly ErrorCode[]>)
  .flatMap(([operation, codes]) => [...codes, 'answered'].map((outcome) => `${operation}: ${outcome}`))
  .toSorted();

function fresh(): Storage {
  return openMemoryStorage(createMemoryData());
}

/** The storage with one operation whose answers, if they are not refusals, are spoilt. */
function spoilt(storage: Storage, operation: keyof Storage, spoil: (answer: object) => unknown): Storage {
  return new Proxy(storage, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const answer = await member.apply(target, args);
        return key === operation && answer !== undefined && !('code' in answer) ? spoil(answer) : answer;
      };
    },
  });
}
