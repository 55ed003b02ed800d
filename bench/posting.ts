/** How many posts a server takes, beside a bare echo of the same messages. */

import { TEXT } from './load.ts';
import { compare, type Measure, type Side } from './measure.ts';
import type { Scale } from './scale.ts';
import { preparePost, withBoth, type Target } from './target.ts';

/** The part of the bare echo's posts per CPU-second that Veche is to take. */
const GOAL = 0.75;
const SESSIONS = 64;
const CHATS = 8;
const KEPT = 1_000;

export function measurePosting(scale: Scale): Promise<Measure[]> {
  return withBoth(async (veche, bare) => {
    const measure = await compare('posts', scale, {
      veche: await posting(veche, scale),
      beside: { name: 'bare echo', ...(await posting(bare, scale)) },
    });
    const reached = measure.beside.ratio.ofMedians >= GOAL;
    return [{ ...measure, goal: { text: `at least ${GOAL} of the bare echo`, reached } }];
  });
}

/** People in several chats that are full, so that every post pushes out another. */
async function posting(target: Target, { posts }: Scale): Promise<Side> {
  const tokens = await target.createSessions(SESSIONS);
  const chatIds = await Promise.all(tokens.slice(0, CHATS).map((token) => target.createChat(token, KEPT)));
  const calls = tokens.map((token, index) => preparePost(token, chatIds[index % CHATS] as string, TEXT));
  return { target, task: () => target.send(posts, calls) };
}
