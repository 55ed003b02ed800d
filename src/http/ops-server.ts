/** The HTTP server of the operators' port: probes, and nothing that belongs to users. */

import { fastify } from 'fastify';
import type { Refusal } from '../domain/errors.ts';
import type { HttpServer } from './http-server.ts';
import { serveProbes, type Probed } from './probes.ts';
import { errorSender } from './replies.ts';
import { refuseUnrouted } from './unrouted.ts';
import { unreadableRequest } from './unreadable-request.ts';

/** What an operators' server is made of. */
export interface OpsServerOptions {
  readonly probed: Probed;
  /** Makes the refusal of a request that failed. */
  readonly onFailure: (error: unknown) => Refusal;
}

/** Makes an operators' server, without a port of its own. */
export async function createOpsServer({
  probed,
  onFailure,
}: OpsServerOptions): Promise<Pick<HttpServer, 'onRequest' | 'onUnreadable'>> {
  const sendError = errorSender(onFailure);
  const app = fastify({ exposeHeadRoutes: false, frameworkErrors: sendError });
  app.setErrorHandler(sendError);
  refuseUnrouted(app);
  serveProbes(app, probed);
  await app.ready();
  return { onRequest: (request, response) => app.routing(request, response), onUnreadable: unreadableRequest };
}
