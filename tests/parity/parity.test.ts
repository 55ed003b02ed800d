import { describe, expect, test } from 'vitest';
import { ERROR_CODES, type ErrorCode } from '../../src/domain/errors.ts';
import * as limits from '../../src/domain/limits.ts';
import { METHODS } from '../../src/service/calls.ts';
import { OPERATIONS, problems } from '../support/openapi-document.ts';
import { ENUMS, MESSAGES } from '../support/proto-contract.ts';
import { toOperationId } from '../support/http-words.ts';
import { API_NAMES } from './api.ts';
import { allWords, answered, refusedWith, seenThrough } from './coverage.ts';
import { SHOWN_ONCE, UNSEEN_LIMITS } from './exceptions.ts';
import { descriptorOf } from './grpc-api.ts';
import { play } from './scenario.ts';
import { SCENARIOS } from './scenarios/all.ts';
import type { Carrier } from './stage.ts';

/** One API after the other, so that each sees what the other has done. */
const IN_TURN: Carrier = (turn) => (turn % 2 === 0 ? 'gRPC' : 'HTTP');

describe('through gRPC, through HTTP and through both in turn the same comes of it:', () => {
  // Three servers, one of which is filled by some.
  test.each(SCENARIOS)('$name', { timeout: 60_000 }, async (scenario) => {
    const throughGrpc = await play(scenario, () => 'gRPC');
    expect(await play(scenario, () => 'HTTP')).toEqual(throughGrpc);
    expect(await play(scenario, IN_TURN)).toEqual(throughGrpc);
  });

  test('each scenario has a name of its own', () => {
    const names = SCENARIOS.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });
});

// Of what was played above: alone these tests find nothing.
describe.each(API_NAMES)('the scenarios show through %s', (api) => {
  const seen = seenThrough(api);

  test.each(METHODS)('that %s answers, and all its refusals', (method) => {
    const hasFields = descriptorOf(method).input.fields.length > 0;
    const unseen = new Set<string>([...SHOWN_ONCE, ...(hasFields ? [] : ['INVALID_ARGUMENT'])]);
    const listed = problems(OPERATIONS[toOperationId(method)]!).map(({ code }) => code);
    const expected = listed.filter((code) => ERROR_CODES.includes(code as ErrorCode) && !unseen.has(code));
    const facts = [answered(method), ...expected.map((code) => refusedWith(method, code))];
    expect(facts.filter((fact) => !seen.has(fact))).toEqual([]);
  });

  test.each(ERROR_CODES)('the refusal %s', (code) => {
    expect(METHODS.filter((method) => seen.has(refusedWith(method, code)))).not.toEqual([]);
  });

  test('every field of every request and answer with another value than its default, and every value of every enum', () => {
    expect(allWords(MESSAGES, ENUMS).filter((word) => !seen.has(word))).toEqual([]);
  });
});

describe('the scenarios show', () => {
  const { DEFAULT_LIMITS, fitsOneMore: _, ...constants } = limits;
  const shown = new Set(SCENARIOS.flatMap(({ shows = [] }) => shows));

  test.each([...Object.keys(constants), ...Object.keys(DEFAULT_LIMITS)])('the limit %s', (name) => {
    expect([...shown, ...Object.keys(UNSEEN_LIMITS)]).toContain(name);
    expect(shown.has(name as keyof typeof constants) && name in UNSEEN_LIMITS).toBe(false);
  });
});
