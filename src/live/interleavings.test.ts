import fc from 'fast-check';
import { expect, test } from 'vitest';
import { disturbed, type DisturbedStorage } from '../../tests/support/disturbed-storage.ts';
import { LivePlay, type Step, type Who } from '../../tests/support/live-play.ts';
import { LiveScene, quiet } from '../../tests/support/live-scene.ts';

const who = fc.constantFrom<Who>('ada', 'bob');

const open = fc.record({
  do: fc.constant('open' as const),
  who,
  from: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  isSlow: fc.boolean(),
});

const wait = fc.record({ do: fc.constant('wait' as const) });
const pause = fc.record({ do: fc.constant('pause' as const), turns: fc.integer({ min: 1, max: 4 }) });
const ending = fc.oneof(
  fc.record({ do: fc.constantFrom('close chat' as const, 'shut down' as const) }),
  fc.record({ do: fc.constant('end session' as const), who }),
);

/** Endings are rare, so that much happens before them. */
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('post' as const), count: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 12, arbitrary: open },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('take' as const), which: fc.nat() }) },
  { weight: 12, arbitrary: pause },
  { weight: 8, arbitrary: wait },
  { weight: 2, arbitrary: ending },
);

/** Everything that fate decides: how long operations take, and which notifications are lost. */
const fate = fc.record({
  maxMessages: fc.integer({ min: 1, max: 12 }),
  steps: fc.array(step, { minLength: 5, maxLength: 60 }),
  /** Without posts, so that there are waits for which nothing is unread. */
  finale: fc.array(fc.oneof(wait, pause, ending), { maxLength: 8 }),
  latencies: fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
  isDeaf: fc.boolean(),
  losses: fc.infiniteStream(fc.integer({ min: 0, max: 9 }).map((luck) => luck === 0)),
});

test('streams and waits have each message once and in order or are told that it was missed, whatever races, is lost or ends', async () => {
  const property = fc.asyncProperty(fate, async ({ maxMessages, steps, finale, latencies, isDeaf, losses }) => {
    const disturbance = { turns: () => latencies.next().value, losesWake: () => isDeaf && losses.next().value };
    let storage: DisturbedStorage | undefined;
    const scene = new LiveScene({ disturb: (real) => (storage = disturbed(real, disturbance)) });
    const play = await LivePlay.begin(scene, maxMessages);
    for (const next of [...steps, ...finale]) await play.take(next);
    await play.settle({ isDeaf });
    await play.checkStreams();
    await play.checkWaits();

    await scene.hub.shutdown();
    await quiet();
    expect(scene.hub).toMatchObject({ openStreams: 0, openFeeds: 0 });
    expect(storage?.openWatches).toBe(0);
    expect(scene.clock.pending).toBe(0);
    expect(scene.log.lines).toEqual([]);
  });
  await fc.assert(property, { numRuns: 1_000 });
});
