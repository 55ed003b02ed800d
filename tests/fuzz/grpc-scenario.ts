/** Scenarios: what several users, and some who are none, do over gRPC, at once or one after the other, while time passes. */

import fc from 'fast-check';
import type { Limits } from '../../src/domain/limits.ts';
import { rawCalls, type RawCall } from './grpc-frames.ts';
import { grpcPlans, type GrpcPlan } from './grpc-plan.ts';
import { MAX_STEPS, MOST_AT_ONCE, passing } from './scenarios.ts';

/** One thing that happens. */
export type GrpcStep =
  | { readonly do: 'call'; readonly plans: readonly GrpcPlan[] }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'hang up'; readonly which: number }
  | { readonly do: 'raw'; readonly call: RawCall };

/** Scenarios under these limits. */
export function grpcScenarios(limits: Limits): fc.Arbitrary<GrpcStep[]> {
  const plan = grpcPlans(limits);
  const one = plan.map((only) => [only]);
  const some = fc.array(plan, { minLength: 2, maxLength: MOST_AT_ONCE });
  const step: fc.Arbitrary<GrpcStep> = fc.oneof(
    { weight: 30, arbitrary: fc.record({ do: fc.constant('call' as const), plans: one }) },
    { weight: 12, arbitrary: fc.record({ do: fc.constant('call' as const), plans: some }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: passing }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('hang up' as const), which: fc.nat() }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('raw' as const), call: rawCalls }) },
  );
  return fc.array(step, { minLength: 1, maxLength: MAX_STEPS, size: 'max' });
}
