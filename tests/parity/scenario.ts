/** The language of scenarios: what people do, what comes of it, and what befalls the server. */

import { expect } from 'vitest';
import type { ErrorCode } from '../../src/domain/errors.ts';
import type * as constants from '../../src/domain/limits.ts';
import type { Limits } from '../../src/domain/limits.ts';
import type { Rates } from '../../src/domain/rates.ts';
import { CALLED_BY, type Method } from '../../src/service/calls.ts';
import type { Fields, Outcome } from './api.ts';
import { check, withoutSecrets } from './expectation.ts';
import { OPERATOR, Stage, type Carrier, type Mood, type Reaching } from './stage.ts';

/** A number that bounds Veche: a constant, or a setting. */
export type LimitName = Exclude<keyof typeof constants, 'DEFAULT_LIMITS' | 'fitsOneMore'> | keyof Limits;

/** One thing that happens. */
export type Step = (stage: Stage) => Promise<void> | void;

export interface Scenario {
  /** A sentence of the contract. */
  readonly name: string;
  readonly limits?: Partial<Limits>;
  /** Without them, calls may come as fast as they like. */
  readonly rates?: Partial<Rates>;
  /** The limits that it shows, each at its bound and just beyond. */
  readonly shows?: readonly LimitName[];
  /** Who has a session when it begins. */
  readonly people?: readonly string[];
  readonly steps: readonly Step[];
}

/** What a refusal must say: its code, and when to retry, or the bad fields, or also what is wrong with each. */
export type ExpectedRefusal =
  | ErrorCode
  | { readonly code: 'RATE_LIMITED'; readonly retryAfterSeconds: number }
  | { readonly code: ErrorCode; readonly fields: readonly string[] | Readonly<Record<string, string>> };

/** When every scenario begins. */
export const T0 = Date.UTC(2026, 0, 1);
export const NOBODY = 'nobody';
const PEOPLE = ['Anna', 'Boris'];

/** Somebody who may call a method: the operator where it is for one, else Anna. */
export function callerOf(method: Method): string {
  return CALLED_BY[method] === 'operator' ? OPERATOR : 'Anna';
}

/** Somebody calls a method; the answer must have these members, at least. */
export function does(who: string, method: Method, request: Fields, expected: Fields = {}): Step {
  return async (stage) => checkAnswer(stage, await stage.call(who, method, request), expected, `${who} ${method}`);
}

/** Somebody calls a method, in vain. */
export function isRefused(who: string, method: Method, request: Fields, expected: ExpectedRefusal): Step {
  return async (stage) => checkRefusal(await stage.call(who, method, request), expected, `${who} ${method}`);
}

/** Somebody gets a session. */
export function enters(who: string): Step {
  return does(who, 'CreateSession', { displayName: who });
}

/** Somebody posts. */
export function posts(who: string, chatId: unknown, ...texts: readonly string[]): Step {
  return async (stage) => {
    for (const text of texts) await does(who, 'PostMessage', { chatId, text }, { message: { text } })(stage);
  };
}

/** Somebody calls a method many times; each time it is answered. */
export function doesManyTimes(times: number, who: string, method: Method, request: Fields): Step {
  return (stage) => stage.callManyTimes(times, who, method, request);
}

/** Somebody begins a call that is not answered at once. */
export function begins(label: string, who: string, method: Method, request: Fields, reaching: Reaching): Step {
  return (stage) => stage.begin(label, who, method, request, reaching);
}

/** A call that was begun is answered. */
export function gets(label: string, expected: Fields): Step {
  return async (stage) => checkAnswer(stage, await stage.outcomeOf(label), expected, label);
}

/** A call that was begun is refused. */
export function fails(label: string, expected: ExpectedRefusal): Step {
  return async (stage) => checkRefusal(await stage.outcomeOf(label), expected, label);
}

/** Somebody reads a chat live. */
export function subscribes(label: string, who: string, request: Fields): Step {
  return (stage) => stage.subscribe(label, who, request);
}

/** The next events of a stream are these. */
export function hears(label: string, ...events: readonly Fields[]): Step {
  return async (stage) => {
    for (const event of events) check(await stage.nextEvent(label), event, stage.names, label);
  };
}

/** The last event of a stream is this. */
export function hearsLast(label: string, end: Fields): Step {
  return async (stage) => {
    await hears(label, { end })(stage);
    expect(await stage.nextEvent(label), `${label} is over`).toBeUndefined();
  };
}

/** Somebody leaves a stream, and the server has noticed. */
export function leaves(label: string): Step {
  return (stage) => stage.leave(label);
}

/** Time passes. */
export function passes(ms: number): Step {
  return (stage) => stage.clock.advance(ms);
}

/** From now on this is how the storage is. */
export function storageIs(mood: Mood): Step {
  return (stage) => {
    stage.mood = mood;
  };
}

/** From now on an operation of the storage does not return. */
export function storageHolds(operation: string): Step {
  return (stage) => stage.hold(operation);
}

/** What the storage held returns now. */
export function storageGoesOn(): Step {
  return (stage) => stage.release();
}

/** The server begins to stop. */
export function stops(): Step {
  return (stage) => stage.beginToStop();
}

/** Plays a scenario. @returns everything that was answered, with what only a server knows by the order of its appearance. */
export async function play(
  { limits = {}, rates = {}, people = PEOPLE, steps }: Scenario,
  carrier: Carrier,
): Promise<unknown> {
  const stage = new Stage(carrier);
  await stage.open(limits, rates);
  try {
    for (const step of [...people.map(enters), ...steps]) await step(stage);
  } finally {
    stage.release();
    stage.mood = () => {};
    expect(await stage.close(), 'the server stops in time').toBe(true);
  }
  return withoutSecrets(stage.outcomes, new Map());
}

function checkAnswer(stage: Stage, outcome: Outcome, expected: Fields, about: string): void {
  if ('refused' in outcome) expect.fail(`${about} was refused: ${outcome.refused.code}: ${outcome.refused.message}`);
  check(outcome.answer, expected, stage.names, about);
}

function checkRefusal(outcome: Outcome, expected: ExpectedRefusal, about: string): void {
  if (!('refused' in outcome)) expect.fail(`${about} was not refused: ${JSON.stringify(outcome.answer)}`);
  const { code, fields, retryAfterMs = Number.NaN } = outcome.refused;
  const wanted = typeof expected === 'string' ? { code: expected } : expected;
  expect(code, `${about}: ${outcome.refused.message}`).toBe(wanted.code);
  if ('retryAfterSeconds' in wanted) expect(Math.ceil(retryAfterMs / 1_000), about).toBe(wanted.retryAfterSeconds);
  if (!('fields' in wanted)) return;
  if (isList(wanted.fields)) expect(new Set(fields.map(([field]) => field)), about).toEqual(new Set(wanted.fields));
  else expect(Object.fromEntries(fields), about).toEqual(wanted.fields);
}

function isList(value: object): value is readonly string[] {
  return Array.isArray(value);
}
