import { expect, test } from 'vitest';
import { Coverage, documentedCodes, OF_HTTP } from './coverage.ts';
import { METHODS } from './grpc-plan.ts';
import { GrpcPlay } from './grpc-play.ts';
import { grpcScenarios } from './grpc-scenario.ts';
import { IS_FULL_RUN, RUN_TIMEOUT_MS } from './run-settings.ts';
import { playScenarios } from './scenarios.ts';
import { SMALL_LIMITS } from './world.ts';

/** Here every chat has a lifetime, and every session an end. */
const LIMITS = { ...SMALL_LIMITS, maxChatTtlMs: 60 * 60_000 };

const DOCUMENTED = Object.fromEntries(
  Object.entries(documentedCodes())
    .filter(([operation]) => operation in METHODS)
    .map(([operation, codes]) => [operation, codes.filter((code) => !OF_HTTP.has(code))]),
);

test(
  'whatever is asked over gRPC, every answer is one that the contract has, and the server stays sound',
  { timeout: RUN_TIMEOUT_MS },
  async () => {
    const coverage = new Coverage(DOCUMENTED);
    const play = { limits: LIMITS, coverage };
    await playScenarios('gRPC', grpcScenarios(LIMITS), play, (world) => new GrpcPlay(world, coverage));
    if (!IS_FULL_RUN) return;
    expect(coverage.missing).toEqual([]);
    expect(coverage.successRate).toBeGreaterThan(0.3);
  },
);
