/** Plans of gRPC calls: everything that chance decides about a call, before anything is known of the server. */

import type { DescField, DescMethod } from '@bufbuild/protobuf';
import fc from 'fast-check';
import type { Limits } from '../../src/domain/limits.ts';
import { AdminService } from '../../src/gen/veche/v1/admin_pb.js';
import { ChatService } from '../../src/gen/veche/v1/chat_pb.js';
import { MessageService } from '../../src/gen/veche/v1/message_pb.js';
import { SessionService } from '../../src/gen/veche/v1/session_pb.js';
import { StatsService } from '../../src/gen/veche/v1/stats_pb.js';
import { toOperationId } from '../support/http-words.ts';
import { OPERATIONS, requestFields, resolve } from '../support/openapi-document.ts';
import { candidates } from './candidates.ts';
import { TOKEN_FORMS, type Field, type TokenPlan } from './http-plan.ts';

/** Every method by the id of its operation in the HTTP contract. */
export const METHODS: Readonly<Record<string, DescMethod>> = Object.fromEntries(
  [SessionService, ChatService, MessageService, StatsService, AdminService]
    .flatMap(({ methods }) => methods as readonly DescMethod[])
    .map((method) => [toOperationId(method.name), method]),
);

/** What is done to the bytes of a request. */
export type Tampering =
  | { readonly kind: 'none' | 'unknown field' | 'huge length' }
  | { readonly kind: 'cut' | 'flip'; readonly at: number }
  | { readonly kind: 'replace'; readonly bytes: Uint8Array };

/** A call of a method. */
export interface GrpcPlan {
  readonly operationId: string;
  readonly token: TokenPlan;
  readonly fields: readonly Field[];
  readonly tampering: Tampering;
  /** The caller gives up before the answer; only where nothing depends on it. */
  readonly isCancelled: boolean;
}

const WEIGHTS: Readonly<Record<string, number>> = {
  createSession: 4,
  createChat: 4,
  postMessage: 12,
  subscribe: 5,
  endSession: 1,
  closeChat: 1,
  listSessions: 2,
  listAllChats: 2,
  closeAnyChat: 1,
  endAnySession: 1,
};
const USUAL_WEIGHT = 3;
const READING = new Set([
  'getSession',
  'listChats',
  'getChat',
  'listUnreadCounts',
  'getStats',
  'listSessions',
  'listAllChats',
]);
/** Forms that metadata can hold. */
const FORMS = (Object.keys(TOKEN_FORMS) as (keyof typeof TOKEN_FORMS)[]).filter((form) => form !== 'of bytes');

/** Plans of calls to every method under these limits. */
export function grpcPlans(limits: Limits): fc.Arbitrary<GrpcPlan> {
  const all = Object.keys(METHODS).map((operationId) => ({
    weight: WEIGHTS[operationId] ?? USUAL_WEIGHT,
    arbitrary: fc.oneof(
      { weight: 4, arbitrary: plan(operationId, limits, 'fitting') },
      { weight: 3, arbitrary: plan(operationId, limits, 'any') },
    ),
  }));
  return fc.oneof(...all);
}

function plan(operationId: string, limits: Limits, kind: 'fitting' | 'any'): fc.Arbitrary<GrpcPlan> {
  const isClean = kind === 'fitting';
  const form = fc.oneof(
    { weight: 4, arbitrary: fc.constant('usual' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...FORMS) },
  );
  const fields = METHODS[operationId]!.input.fields.map((field) => fieldOf(operationId, field, limits, kind));
  return fc.record<GrpcPlan>({
    operationId: fc.constant(operationId),
    token: fc.record({
      which: fc.nat(),
      isAnyone: fc.integer({ min: 0, max: 9 }).map((luck) => luck === 9),
      form: isClean ? fc.constant('usual') : form,
    }),
    fields: fc.tuple(...fields).map((each) => each.flat()),
    tampering: isClean ? fc.constant({ kind: 'none' }) : tampering,
    isCancelled: isClean || !READING.has(operationId) ? fc.constant(false) : fc.boolean(),
  });
}

/** The values are those of the HTTP contract, where the bounds are; the field says how they are encoded, or cannot be. */
function fieldOf(
  operationId: string,
  field: DescField,
  limits: Limits,
  kind: 'fitting' | 'any',
): fc.Arbitrary<Field[]> {
  const operation = OPERATIONS[operationId]!;
  const { parameters, body } = operation;
  const schema = resolve(requestFields(operation)[field.localName]!);
  const isRequired =
    parameters.some(({ name, required }) => name === field.localName && required === true) ||
    body?.required?.includes(field.localName) === true;
  const one = candidates(field.localName, schema, limits)[kind].map((candidate): Field[] => [
    [field.localName, candidate],
  ]);
  const weight = isRequired ? (kind === 'any' ? 1 : 0) : 8;
  return fc.oneof({ weight: 8, arbitrary: one }, { weight, arbitrary: fc.constant<Field[]>([]) });
}

const tampering: fc.Arbitrary<Tampering> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('none' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('unknown field' as const, 'huge length' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('cut' as const, 'flip' as const), at: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('replace' as const), bytes: fc.uint8Array({ maxLength: 40 }) }),
  },
);
