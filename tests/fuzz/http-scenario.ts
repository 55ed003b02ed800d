/** Scenarios: what several users, and some who are none, do over HTTP, at once or one after the other, while time passes. */

import fc from 'fast-check';
import type { Limits } from '../../src/domain/limits.ts';
import { httpPlans, type HttpPlan } from './http-plan.ts';
import { nearMisses, type NearMiss } from './near-misses.ts';
import { MAX_STEPS, MOST_AT_ONCE, passing } from './scenarios.ts';

/** One thing that happens. */
export type HttpStep =
  | { readonly do: 'call'; readonly plans: readonly HttpPlan[] }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'hang up'; readonly which: number }
  | { readonly do: 'near miss'; readonly nearMiss: NearMiss }
  | { readonly do: 'raw'; readonly bytes: Uint8Array };

/** Requests as bytes, from which some are taken away or to which some are added. */
const RAW_REQUESTS = [
  'GET /v1/stats HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET /v1/stats HTTP/1.0\r\n\r\n',
  'GET /v1/stats HTTP/1.1\r\n\r\n',
  'GET /v1/stats HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n',
  'GET  /v1/stats HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET http://x/v1/stats HTTP/1.1\r\nhost: x\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n',
  'CONNECT x:80 HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET /v1/stats HTTP/1.1\r\nhost: x\r\nexpect: miracle\r\n\r\n',
  'GET /v1/stats HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n',
  'GET /v1/stats HTTP/1.1\r\nhost: x\r\nbad name: y\r\n\r\n',
  'GET /v1/stats HTTP/1.1\r\nhost: x\r\n folded: y\r\n\r\n',
  'GET /v1/st\u00e4ts HTTP/1.1\r\nhost: x\r\n\r\n',
  'GET /v1/stats HTTP/9.9\r\nhost: x\r\n\r\n',
  'POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 3\r\n\r\n{}',
  'POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: -1\r\n\r\n{}',
  'POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
  'POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n',
  'POST /v1/sessions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: gzip\r\n\r\n{}',
];

const raw: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.constantFrom(...RAW_REQUESTS),
    fc.option(fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.uint8Array({ maxLength: 4 }))),
  )
  .map(([text, change]) => {
    const bytes = Buffer.from(text, 'latin1');
    if (change === null) return bytes;
    const [at, taken, added] = change;
    const from = at % bytes.length;
    return Buffer.concat([bytes.subarray(0, from), added, bytes.subarray(from + taken)]);
  });

/** Scenarios under these limits. */
export function httpScenarios(limits: Limits): fc.Arbitrary<HttpStep[]> {
  const plan = httpPlans(limits);
  const one = plan.map((only) => [only]);
  const some = fc.array(plan, { minLength: 2, maxLength: MOST_AT_ONCE });
  const step: fc.Arbitrary<HttpStep> = fc.oneof(
    { weight: 30, arbitrary: fc.record({ do: fc.constant('call' as const), plans: one }) },
    { weight: 12, arbitrary: fc.record({ do: fc.constant('call' as const), plans: some }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: passing }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('hang up' as const), which: fc.nat() }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('near miss' as const), nearMiss: nearMisses }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('raw' as const), bytes: raw }) },
  );
  return fc.array(step, { minLength: 1, maxLength: MAX_STEPS, size: 'max' });
}
