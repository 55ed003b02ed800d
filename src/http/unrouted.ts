/** Answers the requests that reach no route: there is nothing at the path, or not by this method. */

import type { FastifyInstance } from 'fastify';
import { protocolProblem, type ProblemResponse } from './problem.ts';
import { malformedProblem, sendProblem, type Refuse } from './replies.ts';

/**
 * Refuses, before their bodies are read, the requests that none of the routes is for that are added from now on, and those that
 * HTTP/1.1 does not allow.
 */
export function refuseUnrouted(app: FastifyInstance, refuse: Refuse = sendProblem): void {
  const paths = new Map<string, PathRoutes>();
  app.addHook('onRoute', ({ url, method }) => {
    const routes = paths.get(url) ?? { pattern: pathPattern(url), methods: [] };
    routes.methods.push(...[method].flat());
    paths.set(url, routes);
  });
  app.addHook('onRequest', (request, reply, done) => {
    const unrouted = request.is404 ? unroutedProblem(request.url, paths.values()) : undefined;
    const problem = malformedProblem(request) ?? unrouted;
    if (problem === undefined) done();
    else refuse(reply, problem);
  });
}

/** What there is at a path. */
interface PathRoutes {
  readonly pattern: RegExp;
  readonly methods: string[];
}

function unroutedProblem(url: string, paths: Iterable<PathRoutes>): ProblemResponse {
  // As routes are found: whatever could stand as it is may be written with percent signs.
  const path = decodeURI(url.split('?', 1)[0] ?? '');
  for (const { pattern, methods } of paths) {
    if (pattern.test(path)) return protocolProblem('METHOD_NOT_ALLOWED', { allow: methods.join(', ') });
  }
  return protocolProblem('ROUTE_NOT_FOUND');
}

/** @param url as Fastify has it: `/v1/chats/:chatId`. */
function pathPattern(url: string): RegExp {
  return new RegExp(`^${url.replaceAll('.', String.raw`\.`).replace(/:\w+/g, '[^/]*')}$`);
}
