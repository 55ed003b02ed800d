/** The conformance suite: what every storage must keep, in one call from a storage's own test file. */

import { describe } from 'vitest';

import { activeUsers } from './active-users.ts';
import { activity } from './activity.ts';
import { cancellation } from './cancellation.ts';
import { chatLimits } from './chat-limits.ts';
import { chatLists } from './chat-lists.ts';
import { chats } from './chats.ts';
import { expiry } from './expiry.ts';
import { identity } from './identity.ts';
import { markRead } from './mark-read.ts';
import { pagePositions } from './page-positions.ts';
import { pages } from './pages.ts';
import { posting } from './posting.ts';
import { precedence } from './precedence.ts';
import { reading } from './reading.ts';
import { retryIds } from './retry-ids.ts';
import { type OpenStorage, storageTest } from './scene.ts';
import { sessionLifetime } from './session-lifetime.ts';
import { sessionLists } from './session-lists.ts';
import { sessionLimit } from './session-limit.ts';
import { sessions } from './sessions.ts';
import { spentRates } from './spent-rates.ts';
import { statistics } from './statistics.ts';
import { sweeping } from './sweeping.ts';
import { unread } from './unread.ts';
import { unreadCounts } from './unread-counts.ts';
import { watching } from './watching.ts';

export type { OpenedStorage, OpenStorage } from './scene.ts';

/** All themes, in the order of the contract. */
const THEMES = [
  sessions,
  sessionLifetime,
  sessionLimit,
  sessionLists,
  chats,
  chatLists,
  chatLimits,
  expiry,
  activity,
  activeUsers,
  posting,
  retryIds,
  pages,
  pagePositions,
  unread,
  markRead,
  unreadCounts,
  reading,
  statistics,
  spentRates,
  watching,
  sweeping,
  precedence,
  identity,
  cancellation,
];

/**
 * Registers every test of the suite for one storage: the same tests for each, nothing to switch off.
 *
 * ```ts
 * describeStorage('memory', async () => {
 *   const data = createMemoryData();
 *   return { handles: [openMemoryStorage(data), openMemoryStorage(data)], close: async () => {} };
 * });
 * ```
 * @param open opens fresh data, called once or twice for each test.
 */
export function describeStorage(name: string, open: OpenStorage): void {
  const test = storageTest(open);
  describe(`the ${name} storage`, () => {
    for (const theme of THEMES) theme(test);
  });
}
