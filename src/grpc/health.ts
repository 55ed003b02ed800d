/** The health service `grpc.health.v1`, on the official implementation. */

import type { Server, ServerWritableStream } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { OnRefused } from './arriving-requests.ts';
import { OpenStreams } from './open-streams.ts';

/** The health of a server. */
export interface Health {
  /** Whether the server serves: one truth for all its services. */
  setServing(isServing: boolean): void;
  /** Ends the open watches, which would otherwise keep their connections open. */
  endWatches(): void;
}

type Watch = ServerWritableStream<{ readonly service: string }, { readonly status: string }>;

/** Adds the health service to a server, not serving yet. It answers for the server (`''`) and for each service by name. */
export function addHealth(server: Server, serviceNames: readonly string[], onRefused: OnRefused): Health {
  const names = ['', ...serviceNames];
  const implementation = new HealthImplementation(Object.fromEntries(names.map((name) => [name, 'NOT_SERVING'])));
  const watches = new OpenStreams(onRefused);

  implementation.addToServer({
    addService(definition, methods) {
      const watch = methods['watch'] as (call: Watch) => void;
      server.addService(definition, {
        ...methods,
        watch(call: Watch) {
          if (!watches.add(call)) return;
          // The implementation keeps every name that it was ever asked for; no service is ever added to ours.
          if (names.includes(call.request.service)) watch(call);
          else call.write({ status: 'SERVICE_UNKNOWN' });
        },
      });
    },
  });

  return {
    setServing(isServing) {
      for (const name of names) implementation.setStatus(name, isServing ? 'SERVING' : 'NOT_SERVING');
    },
    endWatches: () => watches.end(),
  };
}
