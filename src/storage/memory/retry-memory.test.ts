import { describe, expect, test } from 'vitest';

import { NEVER } from '../../domain/lifetime.ts';
import { CLIENT_MESSAGE_ID_MEMORY_MS } from '../../domain/limits.ts';
import type { Message } from '../../domain/models.ts';
import { RetryMemory } from './retry-memory.ts';

const NOW = Date.UTC(2030, 0, 1);

function message(userId: string, sentAt: number): Message {
  return { id: `${userId} ${sentAt}`, chatId: 'c', seq: 1, author: { userId, displayName: '' }, text: '', sentAt };
}

describe('the memory of client message ids', () => {
  test('finds the first message for 10 minutes, and not longer', () => {
    const memory = new RetryMemory('c');
    const first = message('ann', NOW);
    memory.remember('a', first);
    expect(memory.find('ann', 'a', NOW)).toBe(first);
    expect(memory.find('ann', 'a', NOW + CLIENT_MESSAGE_ID_MEMORY_MS - 1)).toBe(first);
    expect(memory.find('ann', 'a', NOW + CLIENT_MESSAGE_ID_MEMORY_MS)).toBeUndefined();
  });

  test('keeps the ids of each user apart', () => {
    const memory = new RetryMemory('c');
    memory.remember('a', message('ann', NOW));
    expect(memory.find('bob', 'a', NOW)).toBeUndefined();
    expect(memory.find('ann', 'b', NOW)).toBeUndefined();
  });

  test('finds the newer message when an id is used again after 10 minutes', () => {
    const memory = new RetryMemory('c');
    memory.remember('a', message('ann', NOW));
    const second = message('ann', NOW + CLIENT_MESSAGE_ID_MEMORY_MS);
    memory.remember('a', second);
    expect(memory.find('ann', 'a', second.sentAt)).toBe(second);
    memory.forget(NOW + CLIENT_MESSAGE_ID_MEMORY_MS + 60_000);
    expect(memory.find('ann', 'a', second.sentAt)).toBe(second);
  });

  test('lets go of a message at most a minute after it is not needed any more', () => {
    const memory = new RetryMemory('c');
    for (let second = 0; second <= 100; second++) memory.remember(`a${second}`, message('ann', NOW + second * 1_000));
    expect(memory.expiresAt).toBeGreaterThanOrEqual(NOW + CLIENT_MESSAGE_ID_MEMORY_MS);
    expect(memory.expiresAt).toBeLessThanOrEqual(NOW + CLIENT_MESSAGE_ID_MEMORY_MS + 60_000);
    memory.forget(memory.expiresAt);
    expect(memory.find('ann', 'a0', NOW)).toBeUndefined();
    expect(memory.find('ann', 'a100', NOW + 100_000)).toBeDefined();
    memory.forget(memory.expiresAt);
    expect(memory.find('ann', 'a100', NOW + 100_000)).toBeUndefined();
    expect(memory.expiresAt).toBe(NEVER);
  });

  test('lets go of nothing early', () => {
    const memory = new RetryMemory('c');
    for (let second = 0; second <= 700; second++) {
      memory.remember(`a${second}`, message('ann', NOW + second * 1_000));
      memory.forget(NOW + second * 1_000);
    }
    for (let second = 101; second <= 700; second++) {
      expect(memory.find('ann', `a${second}`, NOW + 700_000)).toBeDefined();
    }
  });
});
