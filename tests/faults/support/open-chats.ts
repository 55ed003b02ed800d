/** Somebody with many chats. */

import { ChatService } from '../../../src/gen/veche/v1/chat_pb.js';
import { SessionService } from '../../../src/gen/veche/v1/session_pb.js';
import type { Fleet } from './fleet.ts';

/** Starts a session and opens chats. */
export async function openChats(fleet: Fleet, count: number): Promise<{ token: string; chats: readonly string[] }> {
  const client = fleet.client(0);
  const { token } = await client.call(SessionService.method.createSession, { displayName: 'Ann' });
  const chats = Array.from({ length: count }, async () => {
    const { chat } = await client.call(ChatService.method.createChat, {}, { token });
    return chat!.id;
  });
  return { token, chats: await Promise.all(chats) };
}
