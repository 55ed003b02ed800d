/**
 * How many deliveries (one message to one reader) a server makes, the posts included, beside a bare server that pushes
 * the same messages to as many streams: in bursts, where messages can travel together, and one by one.
 */

import type { Api } from './api.ts';
import { TEXT } from './load.ts';
import { compare, type Measure, type Side } from './measure.ts';
import { Readers } from './readers.ts';
import type { Scale } from './scale.ts';
import { withBoth, type Target } from './target.ts';

const STREAMS = [1, 100, 1_000];
const BURST = 50;
/** Posts in a round: with few streams they are most of the work, and one by one each is waited for. */
const MAX_POSTS = { inBursts: 2_000, oneByOne: 300 };

/** @param goal deliveries per CPU-second to the most streams in bursts. */
export function measureFanOut<Call>(api: Api<Call>, goal: number, scale: Scale): Promise<Measure[]> {
  return withBoth(api, async (veche, bare) => {
    const most = Math.max(...STREAMS);
    const tokens = { veche: await veche.createSessions(most), bare: await bare.createSessions(most) };
    const measures: Measure[] = [];
    for (const streams of STREAMS) {
      const vecheStage = await openStage(veche, tokens.veche.slice(0, streams));
      const bareStage = await openStage(bare, tokens.bare.slice(0, streams));
      for (const burst of [BURST, 1]) {
        const name = `${api.name} deliveries to ${streams} ${burst === 1 ? 'one by one' : 'in bursts'}`;
        const measure = await compare(name, scale, {
          veche: delivering(vecheStage, scale, burst),
          beside: { name: 'bare stream', ...delivering(bareStage, scale, burst) },
        });
        measures.push(streams === most && burst > 1 ? withFigureGoal(measure, goal) : measure);
      }
      vecheStage.readers.close();
      bareStage.readers.close();
    }
    return measures;
  });
}

interface Stage<Call> {
  readonly target: Target<Call>;
  readonly chatId: string;
  readonly tokens: readonly string[];
  readonly readers: Readers<Call>;
}

async function openStage<Call>(target: Target<Call>, tokens: readonly string[]): Promise<Stage<Call>> {
  const chatId = await target.createChat(tokens[0] as string, 1_000);
  const readers = await Readers.connect(target.api, target.process.port, tokens.length);
  await readers.subscribe(chatId, tokens);
  return { target, chatId, tokens, readers };
}

/** Posts at once as many messages as a burst has and waits until every reader has them, again and again. */
function delivering<Call>({ target, chatId, tokens, readers }: Stage<Call>, scale: Scale, burst: number): Side {
  const wanted = scale.deliveries / tokens.length;
  const posts = burst > 1 ? Math.min(wanted, MAX_POSTS.inBursts) : Math.min(wanted / 8, MAX_POSTS.oneByOne);
  const bursts = Math.ceil(posts / burst);
  const post = target.api.preparePost({ token: tokens[0] as string, chatId, text: TEXT });
  const task = async (): Promise<number> => {
    for (let done = 0; done < bursts; done += 1) {
      const received = readers.receive(burst);
      await Promise.all([received, target.sendPrepared(burst, [post])]);
    }
    return bursts * burst * tokens.length;
  };
  return { target, task };
}

function withFigureGoal(measure: Measure, goal: number): Measure {
  const text = `at least ${goal.toLocaleString('en')} per CPU-second`;
  return { ...measure, goal: { text, reached: measure.figure.median >= goal } };
}
