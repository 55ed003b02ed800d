/** What operators and their machines ask of an instance: is it alive, is it ready, how is it doing. */

import type { FastifyInstance, FastifyReply } from 'fastify';
import { Refusal, type ErrorCode } from '../domain/errors.ts';
import { OPERATIONS } from '../gen/http/operations.gen.ts';
import type * as Wire from '../gen/http/types.gen.ts';
import type { OperationId, PROBES } from './handlers.ts';
import { PERSONAL } from './headers.ts';
import { send } from './replies.ts';

/** Why calls should not come here; absent when they should. */
export type Unready = Extract<ErrorCode, 'SHUTTING_DOWN' | 'STORAGE_UNAVAILABLE'>;

/** Metrics as they are answered. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** Who answers probes. */
export interface Probed {
  /** Asked at each probe. */
  whyNotReady(): Unready | undefined;
  /** Rejects only where the program has a fault. */
  scrape(): Promise<Exposition>;
}

type Probe = OperationId & (typeof PROBES)[number];

const SERVING: Wire.Health = { status: 'SERVING' };

/** Adds the probes, with HEAD as with GET. */
export function serveProbes(app: FastifyInstance, probed: Probed): void {
  const answers: Readonly<Record<Probe, (reply: FastifyReply) => void | Promise<void>>> = {
    getHealth: (reply) => send(reply, { status: 200, body: SERVING }),
    getReadiness: (reply) => {
      const code = probed.whyNotReady();
      send(reply, code === undefined ? { status: 200, body: SERVING } : new Refusal(code));
    },
    getMetrics: async (reply) => {
      const { contentType, text } = await probed.scrape();
      return reply.headers({ ...PERSONAL, 'content-type': contentType }).send(text);
    },
  };
  for (const { operationId, path } of OPERATIONS) {
    const answer = (answers as Readonly<Partial<Record<string, (typeof answers)[Probe]>>>)[operationId];
    if (answer === undefined) continue;
    app.route({ method: ['GET', 'HEAD'], url: path, handler: (_request, reply) => answer(reply) });
  }
}
