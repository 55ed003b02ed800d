/** The HTTP server: every operation of the contract and the contract itself, for requests that a listener hands over. */

import type { RequestListener } from 'node:http';
import { fastify } from 'fastify';
import type { Limits } from '../domain/limits.ts';
import { OPERATIONS } from '../gen/http/operations.gen.ts';
import type * as Wire from '../gen/http/types.gen.ts';
import type { CallerAddresses } from '../service/caller-addresses.ts';
import type { HeldByCallers } from '../service/held-bytes.ts';
import type { CallTracer } from '../service/call-tracer.ts';
import type { Service } from '../service/service.ts';
import { registerOperations, type OnFailure } from './adapter.ts';
import { adminHandlers } from './admin-handlers.ts';
import { chatHandlers } from './chat-handlers.ts';
import { boundArrivingBodies } from './arriving-bodies.ts';
import { allowOrigins, type AllowedOrigins } from './cors.ts';
import { serveDocs } from './docs.ts';
import { messageHandlers } from './message-handlers.ts';
import { serveProbes, type Probed } from './probes.ts';
import { errorSender, sendProblem, type Refuse } from './replies.ts';
import { sessionHandlers } from './session-handlers.ts';
import { statsHandlers } from './stats-handlers.ts';
import { strictTransport } from './strict-transport.ts';
import {
  crowdedRequest,
  misdirectedRequest,
  unencryptedRequest,
  unreadableRequest,
  type ParserError,
} from './unreadable-request.ts';
import { UntakenAnswers } from './untaken-answers.ts';
import { refuseUnrouted } from './unrouted.ts';

/** The most bytes that one character takes in JSON: an escape for each half of a pair. */
const MAX_BYTES_PER_CHARACTER = 12;
/** Room beside the text, and for values a few times too long, which are then refused by name. */
const REQUEST_ENVELOPE_BYTES = 64 * 1024;
/** No path is longer: Node reads no more of the headers. What is wrong with an id is said by its name. */
const MAX_PATH_LENGTH = 16 * 1024;

/** What an HTTP server is made of. */
export interface HttpServerOptions {
  readonly service: Service;
  readonly limits: Pick<Limits, 'maxMessageLength'>;
  /** Whether there are operations for operators. */
  readonly forOperators: boolean;
  readonly corsOrigins: AllowedOrigins;
  /** Who answers probes, unless they have a port of their own. */
  readonly probed: Probed | undefined;
  /** Told of the refusals of requests that come to no call. */
  readonly onRefused: (code: Wire.ErrorCode) => void;
  /** For how long browsers are told to come by TLS only; 0: they are not. */
  readonly hstsMaxAgeMs: number;
  readonly held: HeldByCallers;
  readonly addresses: CallerAddresses;
  /** Absent: nobody traces. */
  readonly tracer?: CallTracer | undefined;
}

/** An HTTP server without a port of its own. */
export interface HttpServer {
  readonly onRequest: RequestListener;
  /** Gives the bytes that answer what is no request, by the parser's error. */
  readonly onUnreadable: (error: ParserError) => string;
  /** The bytes that answer HTTP/1.1 where it is not served. */
  readonly misdirected: string;
  /** The bytes that answer HTTP/1.1 in the clear where nothing is. */
  readonly unencrypted: string;
  /** The bytes that answer HTTP/1.1 where there are too many connections. */
  readonly crowded: string;
}

/** Makes an HTTP server. @throws if its handlers are not those of the contract, or a file that it serves is missing. */
export async function createHttpServer({
  service,
  limits,
  held,
  addresses,
  forOperators,
  corsOrigins,
  hstsMaxAgeMs,
  probed,
  onRefused,
  tracer,
}: HttpServerOptions): Promise<HttpServer> {
  const refuse: Refuse = (reply, problem) => {
    onRefused(problem.problem.code);
    sendProblem(reply, problem);
  };
  const sendError = errorSender((error) => service.failed(undefined, error), refuse);
  const bodyLimit = limits.maxMessageLength * MAX_BYTES_PER_CHARACTER + REQUEST_ENVELOPE_BYTES;
  const app = fastify({
    bodyLimit,
    // The adapter says where HEAD is answered: not on streams, and by a handler of its own where GET moves something.
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: MAX_PATH_LENGTH },
    frameworkErrors: sendError,
  });
  const onFailure: OnFailure = (call, error) => service.failed(call, error);
  const handlers = {
    ...sessionHandlers(service),
    ...chatHandlers(service),
    ...messageHandlers(service),
    ...statsHandlers(service),
    ...adminHandlers(service),
  };
  app.setErrorHandler(sendError);
  refuseUnrouted(app, refuse);
  boundArrivingBodies(app, held.arriving, bodyLimit);
  const untaken = new UntakenAnswers(held.untaken);
  registerOperations(app, OPERATIONS, handlers, {
    onFailure,
    refuse,
    untaken,
    addresses,
    forOperators,
    tracer,
  });
  if (probed !== undefined) serveProbes(app, probed);
  await serveDocs(app);
  await app.ready();
  return {
    onUnreadable: (error) => unreadableRequest(error, onRefused),
    misdirected: misdirectedRequest(),
    unencrypted: unencryptedRequest(),
    crowded: crowdedRequest(),
    onRequest: strictTransport(
      hstsMaxAgeMs,
      allowOrigins(corsOrigins, (request, response) => app.routing(request, response)),
    ),
  };
}
