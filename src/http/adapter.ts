/** Between Fastify and typed handlers: a handler sees a plain request, a call, and for a stream where to send. */

import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Refusal } from '../domain/errors.ts';
import { CALLED_BY, METHODS, type Call, type Method } from '../service/calls.ts';
import type { CallerAddresses } from '../service/caller-addresses.ts';
import type { CallTracer } from '../service/call-tracer.ts';
import { requestCheck, type CheckedRequest, type ReadableRequest } from './check-request.ts';
import type { HttpMethod, Operation } from './contract.ts';
import { EventStream } from './event-stream.ts';
import { PROBES, STREAMING, type Handlers } from './handlers.ts';
import { Heartbeat } from './heartbeat.ts';
import { HttpCall } from './http-call.ts';
import { isBodyRefused, protocolErrorOf, send, type AnyAnswer, type Refuse } from './replies.ts';
import { headersOf, tracedRoute, type TraceRoute } from './traced-route.ts';
import type { UntakenAnswers } from './untaken-answers.ts';

/** Makes the refusal of a call whose handler failed. */
export type OnFailure = (call: Call, error: unknown) => Refusal;

/** What calls of all operations have in common. */
export interface AdapterHooks {
  readonly onFailure: OnFailure;
  readonly untaken: UntakenAnswers;
  readonly addresses: CallerAddresses;
  /** Absent: nobody traces. */
  readonly tracer?: CallTracer | undefined;
  /** Whether there are operations for operators. */
  readonly forOperators: boolean;
  /** Answers requests that come to no call. */
  readonly refuse: Refuse;
}

/** What handlers are to the adapter: that each fits its operation is checked where `Handlers` is asked for. */
type AnyUnaryHandler = (call: Call, request: ReadableRequest) => Promise<AnyAnswer | Refusal>;
type AnyStreamHandler = (call: Call, request: ReadableRequest, stream: EventStream) => Promise<Refusal | undefined>;

/**
 * Adds all operations that call a method to a server, those for operators only if it has any.
 * @throws if the operations are not those that there are handlers for.
 */
export function registerOperations(
  app: FastifyInstance,
  operations: readonly Operation[],
  handlers: Handlers,
  hooks: AdapterHooks,
): void {
  checkCompleteness(operations, handlers);
  const heartbeat = new Heartbeat();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  for (const operation of operations) {
    if (isProbe(operation) || (operation.calledBy === 'operator' && !hooks.forOperators)) continue;
    const handler: unknown = handlers[operation.operationId as keyof Handlers];
    const trace = hooks.tracer && tracedRoute(hooks.tracer, operation, methodOf(operation));
    const around = { ...hooks, trace };
    app.route({
      method: methodsOf(operation, operations),
      url: operation.path.replace(/\{(\w+)\}/g, ':$1'),
      ...(isStreaming(operation)
        ? bindStream(operation, handler as AnyStreamHandler, around, heartbeat)
        : bindUnary(operation, handler as AnyUnaryHandler, around)),
    });
  }
}

/** How a handler is put on its route. */
type Bound = Pick<RouteOptions, 'handler' | 'errorHandler'>;

/** What surrounds the calls of an operation. */
interface AroundCalls extends AdapterHooks {
  /** Absent: nobody traces. */
  readonly trace: TraceRoute | undefined;
}

/** Answers a call. @returns what it was answered with; undefined if a stream has begun */
type Serve = (call: Call, request: ReadableRequest, reply: FastifyReply) => Promise<AnyAnswer | Refusal | undefined>;

function bindUnary(operation: Operation, handler: AnyUnaryHandler, around: AroundCalls): Bound {
  return bindCall(operation, around, (call, request, reply) =>
    handler(call, request).then((answer) => {
      send(reply, answer);
      around.untaken.add(reply.raw);
      return answer;
    }),
  );
}

function bindStream(operation: Operation, handler: AnyStreamHandler, around: AroundCalls, heartbeat: Heartbeat): Bound {
  const { untaken } = around;
  return bindCall(operation, around, async (call, request, reply) => {
    const stream = new EventStream(reply.raw, { heartbeat, untaken, takeOver: () => void reply.hijack() });
    const refusal = await handler(call, request, stream);
    if (refusal === undefined) stream.begin();
    else send(reply, refusal);
    return refusal;
  });
}

/** Stands for a body that nobody has read. */
const SOME_BODY = Buffer.from('?');

/** What fails is no secret of the framework: it becomes a refusal of the call. */
function bindCall(operation: Operation, { onFailure, refuse, trace, addresses }: AroundCalls, serve: Serve): Bound {
  const method = methodOf(operation);
  const read = requestReader(operation);
  const settle: Serve = (call, request, reply) =>
    serve(call, request, reply).catch((error: unknown) => {
      const refusal = onFailure(call, error);
      send(reply, refusal);
      return refusal;
    });
  const answer = (request: FastifyRequest, reply: FastifyReply): void => {
    const { readable, unreadable } = read(request);
    const call = new HttpCall(method, reply.raw, unreadable, addresses);
    // Not handed to the framework as a promise: following it would cost as much as the service's own part of a call.
    if (trace === undefined) void settle(call, readable, reply);
    else void trace(request.method, headersOf(request.headers), () => settle(call, readable, reply));
  };
  return {
    handler: answer,
    errorHandler: (error, request, reply) => {
      // The framework would end the connection on what the client is still sending, which takes the answer back before it is
      // heard. What is left of the body is read and dropped, for as long as a request may take.
      reply.removeHeader('connection');
      if (operation.body === undefined && isBodyRefused(error)) {
        // Here whoever has no session is told so first, and then that there is no body to be right or wrong.
        request.body = SOME_BODY;
        answer(request, reply);
        return;
      }
      const problem = protocolErrorOf(error);
      if (problem !== undefined) {
        refuse(reply, problem);
        return;
      }
      const call = new HttpCall(method, reply.raw, [], addresses);
      // The framework fails when a client leaves in the middle of its body.
      if (!request.raw.complete) call.abandon();
      send(reply, onFailure(call, call.signal.aborted ? call.signal.reason : error));
    },
  };
}

function requestReader(operation: Operation): (request: FastifyRequest) => CheckedRequest {
  const check = requestCheck(operation);
  return ({ params, query, headers, body }) =>
    check({
      path: params as Readonly<Record<string, string>>,
      query: query as Readonly<Record<string, unknown>>,
      headers,
      body: body as Buffer | undefined,
    });
}

/** HEAD is answered as GET is, except where it has an operation of its own and on streams. */
function methodsOf(operation: Operation, operations: readonly Operation[]): HttpMethod[] {
  const { method, path } = operation;
  const hasOwnHead = operations.some((other) => other.path === path && other.method === 'HEAD');
  const isHeadToo = method === 'GET' && !hasOwnHead && !isStreaming(operation);
  return isHeadToo ? ['GET', 'HEAD'] : [method];
}

function isProbe({ operationId }: Operation): boolean {
  return (PROBES as readonly string[]).includes(operationId);
}

function isStreaming({ operationId }: Operation): boolean {
  return (STREAMING as readonly string[]).includes(operationId);
}

function methodOf({ operationId }: Operation): Method {
  const method = operationId === 'headMessages' ? 'ListMessages' : operationId.replace(/^./, (c) => c.toUpperCase());
  if (!(METHODS as readonly string[]).includes(method)) throw new Error(`${operationId} calls no method`);
  return method as Method;
}

/** A document that has changed must not open a door, or close one, unnoticed. */
function checkCompleteness(operations: readonly Operation[], handlers: Handlers): void {
  const handled = new Set(Object.keys(handlers));
  for (const operation of operations) {
    const callsMethod = !isProbe(operation);
    if (callsMethod && !handled.delete(operation.operationId))
      throw new Error(`${operation.operationId} has no handler`);
    const calledBy = callsMethod ? CALLED_BY[methodOf(operation)] : 'anybody';
    if (operation.calledBy !== calledBy) throw new Error(`${operation.operationId} is for ${calledBy} elsewhere`);
  }
  if (handled.size > 0) throw new Error(`the contract has no ${[...handled].join(', ')}`);
}
