/** Answers and problems as replies of Fastify. */

import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { invalidArgument, Refusal } from '../domain/errors.ts';
import { PERSONAL } from './headers.ts';
import { problemResponse, protocolProblem, type ProblemResponse, type ProtocolError } from './problem.ts';

/** An answer of any operation; absent is the body of one that has none. */
export interface AnyAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Sends the answer of a handler. */
export function send(reply: FastifyReply, answer: AnyAnswer | Refusal): void {
  if (answer instanceof Refusal) {
    sendProblem(reply, problemResponse(answer));
    return;
  }
  reply.code(answer.status).headers(PERSONAL);
  if (answer.body === undefined) reply.send();
  else reply.serializer(JSON.stringify).header('content-type', 'application/json').send(answer.body);
}

/** Sends a problem. */
export function sendProblem(reply: FastifyReply, { status, headers, problem }: ProblemResponse): void {
  reply
    .code(status)
    .headers({ ...headers, ...PERSONAL, 'content-type': 'application/problem+json' })
    .serializer(JSON.stringify)
    .send(problem);
}

/** Answers a request that comes to no call. */
export type Refuse = (reply: FastifyReply, problem: ProblemResponse) => void;

/** Makes what answers the requests that fail before they reach an operation. @param onFailure makes the refusal of a failure. */
export function errorSender(onFailure: (error: unknown) => Refusal, refuse: Refuse = sendProblem) {
  return (error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void =>
    refuse(reply, protocolErrorOf(error) ?? problemResponse(onFailure(error)));
}

const NO_HOST = invalidArgument({ field: 'Host', description: 'is required in HTTP/1.1' });

/** Refuses what HTTP/1.1 does not allow and its parser lets pass; absent for all else. */
export function malformedProblem({ raw }: FastifyRequest): ProblemResponse | undefined {
  const isMalformed = raw.httpVersion === '1.1' && raw.headers.host === undefined;
  return isMalformed ? { ...problemResponse(NO_HOST), headers: { connection: 'close' } } : undefined;
}

const UNREADABLE = invalidArgument({ field: '', description: 'must be a request that can be read to its end' });

/** Whether the framework refuses a request for its body. */
export function isBodyRefused({ code = '' }: Partial<FastifyError>): boolean {
  return code in BODY_REFUSALS;
}

const BODY_REFUSALS: Readonly<Record<string, ProtocolError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
};

/** What the framework refuses by itself; absent for what is a failure. */
export function protocolErrorOf({ code = '', statusCode = 500 }: Partial<FastifyError>): ProblemResponse | undefined {
  // A path that cannot be decoded is the path of nothing.
  if (code === 'FST_ERR_BAD_URL') return protocolProblem('ROUTE_NOT_FOUND');
  const bodyRefusal = BODY_REFUSALS[code];
  if (bodyRefusal !== undefined) return protocolProblem(bodyRefusal);
  if (code.startsWith('FST_ERR_') && statusCode < 500) return problemResponse(UNREADABLE);
  return undefined;
}
