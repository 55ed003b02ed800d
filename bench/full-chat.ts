/** Whether posting to a full chat, where every post pushes out the oldest message, is as fast as to an empty one. */

import { randomUUID } from 'node:crypto';
import { createSessionToken } from '../src/service/session-tokens.ts';
import { GRPC } from './grpc/api.ts';
import type { PreparedCall } from './grpc/connection.ts';
import { TEXT } from './load.ts';
import { compare, withGoal, type Measure, type Side } from './measure.ts';
import type { Scale } from './scale.ts';
import { Target, withTarget } from './target.ts';

/** The part of the empty chat's posts per CPU-second. */
const GOAL = 0.9;

export function measureFullChat(scale: Scale): Promise<Measure[]> {
  const token = createSessionToken(randomUUID());
  const chatId = randomUUID();
  const post = GRPC.preparePost({ token, chatId, text: TEXT });
  const start = (messages: number): Promise<Target<PreparedCall>> =>
    Target.start(GRPC, 'full-chat-server.ts', [token, chatId, scale.fullChat, messages].map(String));
  const posting = (target: Target<PreparedCall>): Side => ({
    target,
    task: () => target.sendPrepared(scale.posts, [post]),
  });

  return withTarget(start(scale.fullChat), (full) =>
    withTarget(start(0), async (empty) => {
      const measure = await compare(`posts to a chat of ${scale.fullChat.toLocaleString('en')}`, scale, {
        veche: posting(full),
        beside: { name: 'an empty chat', ...posting(empty) },
      });
      return [withGoal(measure, GOAL)];
    }),
  );
}
