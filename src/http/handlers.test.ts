import { describe, expect, test } from 'vitest';
import { Refusal } from '../domain/errors.ts';
import type { Handlers } from './handlers.ts';

describe('what does not follow the contract does not compile', () => {
  test('in any of these ways', () => {
    const wrong: Partial<Handlers> = {
      // @ts-expect-error a member is missing from the body.
      markRead: async () => ({ status: 200, body: { position: 1 } }),
      // @ts-expect-error the contract has another status.
      closeChat: async () => ({ status: 200, body: undefined }),
      // @ts-expect-error the contract has no such status.
      getSession: async () => ({ status: 500, body: undefined }),
      // @ts-expect-error the request has no such member.
      createChat: async (_call, { body }) => new Refusal(body.colour),
    };
    // @ts-expect-error operations are missing.
    const missing: Handlers = wrong;
    expect(Object.keys(missing)).toHaveLength(4);
  });
});
