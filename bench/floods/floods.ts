/** How long a well-behaved client waits for its posts beside one that attacks the server, one kind of flood after the other. */

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { ATTACKS } from '../../tests/support/attacks.ts';
import { GRPC } from '../grpc/api.ts';
import type { PreparedCall } from '../grpc/connection.ts';
import { TEXT } from '../load.ts';
import type { Measure } from '../measure.ts';
import type { Scale } from '../scale.ts';
import { ratioOf, spreadOf } from '../spread.ts';
import { Target, withTarget } from '../target.ts';
import type { Order } from './attacker.ts';

/** At most so many times what it is without the attack. */
const GOAL = 2;
/** Between two posts of the neighbour, who is a person or an ordinary bot. */
const PAUSE_MS = 2;
const WARM_UP = 1;
/** A server is idle that uses less than this part of a core while it is looked at. */
const IDLE_SHARE = 0.1;
const LOOK_MS = 200;
/** No round takes longer, however long its posts do. */
const MAX_ROUND_MS = 4_000;

export async function measureFloods(scale: Scale): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const kind of Object.keys(ATTACKS)) {
    // Each on a server of its own: what one leaves behind is not to be met by the next.
    measures.push(await withTarget(Target.veche(GRPC), (veche) => measureBeside(kind, veche, scale)));
  }
  return measures;
}

/** The neighbour with and without the attacker, in turn. */
async function measureBeside(
  kind: string,
  veche: Target<PreparedCall>,
  { floods: { rounds, posts } }: Pick<Scale, 'floods'>,
): Promise<Measure> {
  const [token = ''] = await veche.createSessions(1);
  const chatId = await veche.createChat(token);
  const post = GRPC.preparePost({ token, chatId, text: TEXT });
  const attacker = fork(fileURLToPath(new URL('attacker.ts', import.meta.url)), [kind, String(veche.process.port)]);
  const alone: number[] = [];
  const beside: number[] = [];
  for (let round = -WARM_UP; round < rounds; round++) {
    const quiet = await p99Micros(veche, post, posts);
    await order(attacker, 'attack');
    const attacked = await p99Micros(veche, post, posts);
    await order(attacker, 'rest');
    await idle(veche);
    if (round < 0) continue;
    alone.push(quiet);
    beside.push(attacked);
  }
  attacker.disconnect();
  await once(attacker, 'exit');
  const ratio = ratioOf(beside, alone);
  return {
    name: `p99 of a post beside: ${kind}`,
    unit: 'µs',
    figure: spreadOf(beside),
    beside: { name: 'alone', figure: spreadOf(alone), ratio },
    goal: { text: `at most ${GOAL} times`, reached: ratio.ofMedians <= GOAL },
    rounds: beside.map((attacked, round) => ({ attacked, alone: alone[round] })),
  };
}

/** What 99 of 100 posts take at most, one after another, of as many as there is time for. */
async function p99Micros(veche: Target<PreparedCall>, post: PreparedCall, count: number): Promise<number> {
  const micros: number[] = [];
  const endsAt = performance.now() + MAX_ROUND_MS;
  while (micros.length < count && performance.now() < endsAt) {
    const startedAt = performance.now();
    await veche.send(1, () => post);
    micros.push((performance.now() - startedAt) * 1_000);
    await sleep(PAUSE_MS);
  }
  return micros.toSorted((a, b) => a - b)[Math.ceil(micros.length * 0.99) - 1] ?? Number.NaN;
}

/** Resolves when the server has worked off what it was sent: what is left would count for the rounds without an attack. */
async function idle({ process }: Target<PreparedCall>): Promise<void> {
  for (let before = await process.cpuSeconds(); ;) {
    await sleep(LOOK_MS);
    const now = await process.cpuSeconds();
    if ((now - before) * 1_000 < IDLE_SHARE * LOOK_MS) return;
    before = now;
  }
}

/** Resolves when the attacker has done as it is told. */
async function order(attacker: ChildProcess, what: Order): Promise<void> {
  const done = once(attacker, 'message');
  attacker.send(what);
  await done;
}
