/** What the handlers of the HTTP API must be, taken from the contract: what is missing or answers otherwise does not compile. */

import type { RouteGenericInterface, RouteHandler } from 'fastify';
import type { Refusal } from '../domain/errors.ts';
import type { RouteHandlers } from '../gen/http/fastify.gen.ts';
import type { Call, Method } from '../service/calls.ts';
import type { EventStream } from './event-stream.ts';

/** The operations that call no method: nothing is asked of the service. They are in `probes.ts`. */
export const PROBES = ['getHealth', 'getReadiness', 'getMetrics'] as const;
/** The operations whose answers are streams. */
export const STREAMING = ['subscribe'] as const;

/** The id of an operation. */
export type OperationId = keyof RouteHandlers;
type Probe = (typeof PROBES)[number];
type Streaming = (typeof STREAMING)[number];
type Unary = Exclude<OperationId, Probe | Streaming>;

/** What the contract says of an operation: the types of its request and of its answers by status. */
type ContractOf<Id extends OperationId> =
  RouteHandlers[Id] extends RouteHandler<infer R extends RouteGenericInterface> ? R : never;
type Part<R, Name extends string> =
  R extends Readonly<Partial<Record<Name, infer Value>>> ? NonNullable<Value> : object;
type Success = 200 | 201 | 204;

/** A request as a handler sees it. A member that could not be read is absent, a required one too. */
export interface PlainRequest<Id extends OperationId> {
  readonly path: Readonly<Part<ContractOf<Id>, 'Params'>>;
  readonly query: Readonly<Partial<Part<ContractOf<Id>, 'Querystring'>>>;
  readonly headers: Readonly<Partial<Part<ContractOf<Id>, 'Headers'>>>;
  readonly body: Readonly<Partial<Part<ContractOf<Id>, 'Body'>>>;
}

/** An answer that the contract knows. */
type Answer<Id extends OperationId> = {
  [Status in keyof ContractOf<Id>['Reply'] & Success]: {
    readonly status: Status;
    readonly body: ContractOf<Id>['Reply'][Status];
  };
}[keyof ContractOf<Id>['Reply'] & Success];

/** The method that an operation calls. */
type MethodOf<Id extends OperationId> = Id extends 'headMessages' ? 'ListMessages' : Extract<Method, Capitalize<Id>>;

type UnaryHandler<Id extends Unary> = (
  call: Call<MethodOf<Id>>,
  request: PlainRequest<Id>,
) => Promise<Answer<Id> | Refusal>;

/** Begins one stream. A refusal ends it; nothing was sent then. */
type StreamHandler<Id extends Streaming> = (
  call: Call<MethodOf<Id>>,
  request: PlainRequest<Id>,
  stream: EventStream,
) => Promise<Refusal | undefined>;

/** A handler for every operation that calls a method, under its id. */
export type Handlers = { readonly [Id in Unary]: UnaryHandler<Id> } & {
  readonly [Id in Streaming]: StreamHandler<Id>;
};
