import assert from 'node:assert/strict';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { disturbed } from '../../tests/support/disturbed-storage.ts';
import { LiveScene, quiet, type Person } from '../../tests/support/live-scene.ts';
import { caughtUp, type Reader } from '../../tests/support/reader.ts';
import type { LiveEvent } from './events.ts';

type Step =
  | { readonly do: 'post'; readonly count: number }
  | { readonly do: 'open'; readonly from: number | undefined; readonly isSlow: boolean }
  | { readonly do: 'take'; readonly which: number }
  | { readonly do: 'pause'; readonly turns: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('post' as const), count: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    do: fc.constant('open' as const),
    from: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    isSlow: fc.boolean(),
  }),
  fc.record({ do: fc.constant('take' as const), which: fc.nat() }),
  fc.record({ do: fc.constant('pause' as const), turns: fc.integer({ min: 1, max: 4 }) }),
);

/** A reader, where it asked to start, and the chat's last seq when it asked. */
interface Opened {
  readonly reader: Reader;
  readonly afterSeq: number | undefined;
  readonly lastSeq: number;
}

/** How far a reader has come. @throws where an event does not follow from the ones before. */
function follow({ reader: { events, marks }, afterSeq, lastSeq }: Opened): number {
  let cursor = afterSeq ?? startOf(events);
  for (const event of events) {
    if (event.type === 'messages') {
      for (const { seq } of event.messages) assert.equal(seq, ++cursor);
    } else if (event.type === 'missed') {
      assert(event.count > 0);
      assert.equal(event.seq, (cursor += event.count));
    } else {
      assert.deepEqual(event, caughtUp(cursor));
      assert(cursor >= lastSeq, 'what was there when the stream was asked for comes before the mark');
    }
  }
  assert.equal(marks.filter(({ type }) => type === 'caught-up').length, 1);
  return cursor;
}

/** Where a stream from now begins: it has nothing to replay. */
function startOf([first]: readonly LiveEvent[]): number {
  assert(first?.type === 'caught-up');
  return first.seq;
}

/** Everything that fate decides: how long operations take, and which notifications are lost. */
const fate = fc.record({
  maxMessages: fc.integer({ min: 1, max: 12 }),
  steps: fc.array(step, { minLength: 5, maxLength: 60 }),
  latencies: fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
  isDeaf: fc.boolean(),
  losses: fc.infiniteStream(fc.integer({ min: 0, max: 9 }).map((luck) => luck === 0)),
});

test('every stream has each message once and in order or is told that it was missed, whatever races and is lost', async () => {
  const property = fc.asyncProperty(fate, async ({ maxMessages, steps, latencies, isDeaf, losses }) => {
    const disturbance = { turns: () => latencies.next().value, losesWake: () => isDeaf && losses.next().value };
    const scene = new LiveScene({ disturb: (storage) => disturbed(storage, disturbance) });
    const ada = await scene.person();
    const chatId = await scene.chat(ada, { maxMessages });
    const { opened, lastSeq } = await run(scene, ada, chatId, steps);

    for (const { reader } of opened) reader.hurry();
    await quiet();
    // What no notification told is found by looking now and then.
    if (isDeaf) scene.clock.advance(20_000);
    for (const { reader } of opened) {
      await reader.until(({ marks, reached }) => reached === lastSeq && marks.some(({ type }) => type === 'caught-up'));
    }
    await quiet();
    expect(opened.map(follow)).toEqual(opened.map(() => lastSeq));

    await scene.hub.shutdown();
    await quiet();
    expect(scene.hub).toMatchObject({ openStreams: 0, openFeeds: 0 });
    expect(scene.clock.pending).toBe(0);
  });
  await fc.assert(property, { numRuns: 1_000 });
});

/** Takes the steps. @returns the streams that were opened and the chat's last seq. */
async function run(
  scene: LiveScene,
  ada: Person,
  chatId: string,
  steps: readonly Step[],
): Promise<{ opened: readonly Opened[]; lastSeq: number }> {
  const opening: Promise<void>[] = [];
  const opened: Opened[] = [];
  let lastSeq = 0;
  const open = async (afterSeq: number | undefined, isSlow: boolean): Promise<void> => {
    const start = { afterSeq, lastSeq };
    opened.push({ reader: await scene.read(ada, chatId, { afterSeq, isSlow }), ...start });
  };
  for (const next of steps) {
    if (next.do === 'post') ({ seq: lastSeq } = await scene.post(ada, chatId, next.count));
    else if (next.do === 'take') opened[next.which % opened.length]?.reader.take();
    else if (next.do === 'pause') await quiet(next.turns);
    else opening.push(open(next.from === undefined ? undefined : Math.floor(next.from * lastSeq), next.isSlow));
  }
  await Promise.all(opening);
  return { opened, lastSeq };
}
