/** The performance: everyone enters, speaks and reads; afterwards it is checked what each of them got. */

import { ChatService } from '../../src/gen/veche/v1/chat_pb.js';
import { MessageService } from '../../src/gen/veche/v1/message_pb.js';
import { StatsService } from '../../src/gen/veche/v1/stats_pb.js';
import { attend, faultsOf, seatAudience, sumUp, type WayOutcome } from './audience.ts';
import { BadNetwork } from './bad-network.ts';
import { findDifference } from './check.ts';
import { VecheClient } from './client.ts';
import type { ShowProgress } from './progress.ts';
import { speakersOf, type Line } from './script.ts';
import { speak } from './speak.ts';

/** How many messages the second chat keeps. */
const KEPT = 50;
/** Of so many answers to posts one is lost. */
const ONE_LOST_OF = 7;

/** What happened. */
export interface Outcome {
  /** What was lost, doubled or out of order, a sentence each. */
  readonly faults: readonly string[];
  readonly ways: readonly WayOutcome[];
  readonly posts: number;
  readonly postAnswersLost: number;
  /** What the one who came late found in the chat that keeps few messages. */
  readonly late: LateOutcome;
  /** From before the first line was spoken until everyone had read the last. */
  readonly elapsedMs: number;
}

/** What someone finds who was there before the first message and comes back after the last. */
interface LateOutcome {
  readonly lines: number;
  readonly missed: number;
  readonly faults: readonly string[];
}

/** Performs the script on the server at this address. */
export async function perform(
  address: string,
  script: readonly Line[],
  { paceMs, show }: { readonly paceMs: number; readonly show: ShowProgress },
): Promise<Outcome> {
  const visitor = new VecheClient(address);
  const host = await visitor.enter('Fortinbras');
  const speakers = new Map<string, VecheClient>();
  for (const name of speakersOf(script)) speakers.set(name, await visitor.enter(name));
  const chatId = await createChat(host, 'Hamlet', script.length);
  const shortChatId = await createChat(host, `Hamlet, the last ${KEPT} lines`, KEPT);

  const curtain = new AbortController();
  const audience = seatAudience(speakers, { chatId, curtain: curtain.signal });
  const network = new BadNetwork(ONE_LOST_OF);
  const chatIds = [chatId, shortChatId];
  const startedAt = performance.now();
  await Promise.all([
    speak({ script, speakers, chatIds, network, paceMs, show }).then(() => curtain.abort()),
    ...audience.map(attend),
  ]);
  const elapsedMs = performance.now() - startedAt;

  const posts = script.length * chatIds.length;
  const late = await comeLate(host, shortChatId, script);
  const faults = [...faultsOf(audience, script), ...late.faults, ...(await findDoubledPosts(visitor, posts))];
  visitor.close();
  return { faults, ways: sumUp(audience), posts, postAnswersLost: network.lost, late, elapsedMs };
}

async function createChat(host: VecheClient, title: string, maxMessages: number): Promise<string> {
  const { chat } = await host.call(ChatService.method.createChat, { title, maxMessages: BigInt(maxMessages) });
  if (chat === undefined) throw new Error('the created chat was not returned');
  return chat.id;
}

/** The host, who read nothing yet, gets what is still kept, and is told how much is not. */
async function comeLate(host: VecheClient, chatId: string, script: readonly Line[]): Promise<LateOutcome> {
  const { messages, missed } = await host.call(MessageService.method.fetchUnread, { chatId });
  const gone = script.length - KEPT;
  const difference =
    missed === BigInt(gone)
      ? findDifference(script, messages, { from: gone + 1 })
      : `told of ${missed} missed, not of ${gone}`;
  return {
    lines: messages.length,
    missed: Number(missed),
    faults: difference === undefined ? [] : [`Fortinbras, coming late: ${difference}`],
  };
}

/** The server, on which nobody else posts, counts each post once, however often it was repeated. */
async function findDoubledPosts(client: VecheClient, posts: number): Promise<readonly string[]> {
  const { messagesLastHour } = await client.call(StatsService.method.getStats, {});
  return messagesLastHour === BigInt(posts) ? [] : [`The server counts ${messagesLastHour} posts, not ${posts}`];
}
