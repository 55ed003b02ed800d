/**
 * Both APIs in the same words. Names are lowerCamelCase; a seq and a count are numbers, times and durations are numbers of
 * milliseconds, values of enums are names; what is unset is absent.
 */

import type { ErrorCode } from '../../src/domain/errors.ts';
import type { Method } from '../../src/service/calls.ts';

export const API_NAMES = ['gRPC', 'HTTP'] as const;
export type ApiName = (typeof API_NAMES)[number];

/** A request, an answer or an event. */
export type Fields = Readonly<Record<string, unknown>>;

/** In the place of a value: one of another type than that of the field. */
export const WRONG_TYPE = Symbol('a value of another type');

/** What a refusal says. */
export interface Refused {
  readonly code: ErrorCode;
  readonly message: string;
  /** Every bad field and what is wrong with it, in the order told. */
  readonly fields: readonly (readonly [field: string, description: string])[];
  readonly retryAfterMs: number | undefined;
  readonly correlationId: string | undefined;
}

/** What a call came to. */
export type Outcome = { readonly answer: Fields } | { readonly refused: Refused };

/** A stream of events; each has one member, named after the kind of the event. */
export interface Events {
  /** The next event, or undefined after the last; a stream that was refused has none before its refusal. */
  next(): Promise<Fields | Refused | undefined>;
  /** Goes away. */
  leave(): void;
}

/** One API of one server. */
export interface Api {
  readonly name: ApiName;
  /** Calls a method with one answer. @throws if the answer is not as the contract of the API has it. */
  call(method: Method, request: Fields, token?: string): Promise<Outcome>;
  /** Begins a stream. Nothing of it is read before it is asked for. */
  subscribe(request: Fields, token?: string): Events;
}

/** Whether an event is the refusal of its stream. */
export function isRefused(event: Fields | Refused | undefined): event is Refused {
  return event !== undefined && 'code' in event;
}
