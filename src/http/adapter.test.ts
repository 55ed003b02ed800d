import { fastify } from 'fastify';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../domain/errors.ts';
import { OPERATIONS } from '../gen/http/operations.gen.ts';
import { HeldBytes } from '../service/held-bytes.ts';
import { CallerAddresses } from '../service/caller-addresses.ts';
import { registerOperations } from './adapter.ts';
import type { Operation } from './contract.ts';
import { PROBES, type Handlers } from './handlers.ts';
import { sendProblem } from './replies.ts';
import { UntakenAnswers } from './untaken-answers.ts';

const HANDLERS = Object.fromEntries(
  OPERATIONS.filter(({ operationId }) => !(PROBES as readonly string[]).includes(operationId)).map(
    ({ operationId }) => [operationId, async () => new Refusal('INTERNAL')],
  ),
) as unknown as Handlers;

function register(operations: readonly Operation[], handlers = HANDLERS): void {
  registerOperations(fastify({ exposeHeadRoutes: false }), operations, handlers, {
    forOperators: true,
    onFailure: () => new Refusal('INTERNAL'),
    untaken: new UntakenAnswers(new HeldBytes(Infinity)),
    addresses: new CallerAddresses([]),
    refuse: sendProblem,
  });
}

describe('a server does not start', () => {
  const [first, ...rest] = OPERATIONS;

  test('with an operation that has no handler', () => {
    const { getStats, ...others } = HANDLERS;
    expect(getStats).toBeDefined();
    expect(() => register(OPERATIONS, others as Handlers)).toThrow('getStats has no handler');
  });

  test('with a handler that has no operation', () => {
    expect(() => register(rest)).toThrow(`the contract has no ${first?.operationId}`);
  });

  test('with an operation that is for others than its method', () => {
    const open = OPERATIONS.map((operation) => Object.assign({}, operation, { calledBy: 'anybody' as const }));
    expect(() => register(open)).toThrow('getSession is for session elsewhere');
  });

  test('with a probe that needs a session', () => {
    const closed = OPERATIONS.map((operation) =>
      operation.operationId === 'getMetrics' ? { ...operation, calledBy: 'session' as const } : operation,
    );
    expect(() => register(closed)).toThrow('getMetrics is for anybody elsewhere');
  });

  test('otherwise it does', () => {
    expect(() => register(OPERATIONS)).not.toThrow();
  });
});
