/** The gRPC server: every service of Veche, health and reflection, on connections that a listener hands over. */

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { logVerbosity, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import type { Limits } from '../domain/limits.ts';
import { AdminService } from '../gen/veche/v1/admin_pb.js';
import { ChatService } from '../gen/veche/v1/chat_pb.js';
import { MessageService } from '../gen/veche/v1/message_pb.js';
import { SessionService } from '../gen/veche/v1/session_pb.js';
import { StatsService } from '../gen/veche/v1/stats_pb.js';
import type { CallerAddresses } from '../service/caller-addresses.ts';
import type { HeldByCallers } from '../service/held-bytes.ts';
import type { CallTracer } from '../service/call-tracer.ts';
import type { Service } from '../service/service.ts';
import { addService, type AdapterHooks } from './adapter.ts';
import { adminHandlers } from './admin-handlers.ts';
import type { OnRefused } from './arriving-requests.ts';
import { chatHandlers } from './chat-handlers.ts';
import { Connections } from './connections.ts';
import { guardedServer } from './guarded-server.ts';
import { addHealth } from './health.ts';
import { messageHandlers } from './message-handlers.ts';
import { crowdedConnection, misdirectedConnection, unencryptedConnection } from './misdirected.ts';
import { addReflection } from './reflection.ts';
import { MAX_SILENCE_MS, serverOptions } from './server-options.ts';
import { sessionHandlers } from './session-handlers.ts';
import { statsHandlers } from './stats-handlers.ts';
import { UntakenAnswers } from './untaken-answers.ts';

/** What a gRPC server is made of. */
export interface GrpcServerOptions {
  readonly service: Service;
  readonly limits: Limits;
  readonly held: HeldByCallers;
  /** Whether there are calls for operators. */
  readonly forOperators: boolean;
  /** Whether reflection is offered. */
  readonly reflection: boolean;
  /** Told of the calls that are refused before a method of Veche's sees them. */
  readonly onRefused: OnRefused;
  /** Absent: nobody traces. */
  readonly tracer?: CallTracer | undefined;
  /** How old a connection may become until its client is asked to open another; 0: as old as it likes. */
  readonly maxConnectionAgeMs: number;
  readonly addresses: CallerAddresses;
}

/** A gRPC server without a port of its own. */
export interface GrpcServer {
  /** Serves a connection that speaks HTTP/2; bytes read from it already must have been put back. */
  injectConnection(socket: Socket): void;
  /** The bytes that answer HTTP/2 where it is not served. */
  readonly misdirected: Uint8Array;
  /** The bytes that answer HTTP/2 in the clear where nothing is. */
  readonly unencrypted: Uint8Array;
  /** The bytes that answer HTTP/2 where there are too many connections. */
  readonly crowded: Uint8Array;
  /** What health checks answer; not serving at first. */
  setServing(isServing: boolean): void;
  /**
   * Takes no more calls and lets the running ones finish for at most `graceMs`; then their connections are cut.
   * Open streams are running calls: end them first. Resolves once every connection is closed.
   */
  shutdown(graceMs: number): Promise<void>;
}

/** Those that every server has. */
const SERVICES = [SessionService, ChatService, MessageService, StatsService] as const;

/** Makes a gRPC server that serves the connections injected into it. */
export function createGrpcServer({
  service,
  limits,
  held,
  addresses,
  forOperators,
  reflection,
  maxConnectionAgeMs,
  onRefused,
  tracer,
}: GrpcServerOptions): GrpcServer {
  // What the library says about bad metadata quotes it, tokens included.
  setLogVerbosity(logVerbosity.NONE);

  const { server, refuseArriving } = guardedServer(serverOptions(limits, maxConnectionAgeMs), held.arriving, onRefused);
  const hooks: AdapterHooks = {
    onFailure: (call, error) => service.failed(call, error),
    untaken: new UntakenAnswers(held.untaken),
    addresses,
    tracer,
  };
  addService(server, SessionService, sessionHandlers(service), hooks);
  addService(server, ChatService, chatHandlers(service), hooks);
  addService(server, MessageService, messageHandlers(service), hooks);
  addService(server, StatsService, statsHandlers(service), hooks);
  if (forOperators) addService(server, AdminService, adminHandlers(service), hooks);
  const services = forOperators ? [...SERVICES, AdminService] : SERVICES;
  const health = addHealth(
    server,
    services.map(({ typeName }) => typeName),
    onRefused,
  );
  const reflected = reflection ? addReflection(server, services, onRefused) : undefined;

  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const connections = new Connections(MAX_SILENCE_MS);
  let isShuttingDown = false;

  return {
    injectConnection(socket) {
      if (isShuttingDown) {
        socket.destroy();
        return;
      }
      connections.add(socket);
      // A reader that hangs up is gone. Sockets accepted by an HTTP server would stay, open in one direction.
      socket.allowHalfOpen = false;
      // To the platform a client that negotiated nothing can not mean HTTP/2. This one has begun it.
      if (socket instanceof TLSSocket) socket.alpnProtocol ||= 'h2';
      injector.injectConnection(socket);
    },
    misdirected: misdirectedConnection(),
    unencrypted: unencryptedConnection(),
    crowded: crowdedConnection(),
    setServing: (isServing) => health.setServing(isServing),
    async shutdown(graceMs) {
      isShuttingDown = true;
      health.endWatches();
      reflected?.endStreams();
      refuseArriving();
      // Despite its name it closes every connection gently: GOAWAY, then the end once the last call is over.
      injector.destroy();
      await connections.close(graceMs);
    },
  };
}
