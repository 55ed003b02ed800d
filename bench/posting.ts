/** How many posts a server takes, beside a bare echo of the same messages. */

import type { Api } from './api.ts';
import { TEXT } from './load.ts';
import { compare, withGoal, type Measure, type Side } from './measure.ts';
import type { Scale } from './scale.ts';
import { withBoth, type Target } from './target.ts';

const SESSIONS = 64;
const CHATS = 8;
const KEPT = 1_000;

/** @param goal the part of the bare echo's posts per CPU-second that Veche is to take. */
export function measurePosting<Call>(api: Api<Call>, goal: number, scale: Scale): Promise<Measure[]> {
  return withBoth(api, async (veche, bare) => {
    const measure = await compare(`${api.name} posts`, scale, {
      veche: await posting(veche, scale),
      beside: { name: 'bare echo', ...(await posting(bare, scale)) },
    });
    return [withGoal(measure, goal)];
  });
}

/** People in several chats that are full, so that every post pushes out another. */
export async function posting<Call>(
  target: Target<Call>,
  { posts }: Pick<Scale, 'posts'>,
  chats = CHATS,
): Promise<Side> {
  const tokens = await target.createSessions(SESSIONS);
  const chatIds: string[] = [];
  for (const token of tokens.slice(0, chats)) chatIds.push(await target.createChat(token, KEPT));
  const calls = tokens.map((token, index) => {
    return target.api.preparePost({ token, chatId: chatIds[index % chats] as string, text: TEXT });
  });
  return { target, task: () => target.sendPrepared(posts, calls) };
}
