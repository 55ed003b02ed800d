/** Veche with gRPC alone on a port of its own, where nothing looks at what a connection speaks. */

import { createServer } from 'node:net';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { createGrpcServer } from '../../src/grpc/grpc-server.ts';
import { createLiveHub } from '../../src/live/live-hub.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { systemClock } from '../../src/service/clock.ts';
import { createService } from '../../src/service/create-service.ts';
import { openMemoryStorage } from '../../src/storage/memory/open-memory-storage.ts';

const limits = { ...DEFAULT_LIMITS, maxUsers: 0, maxChats: 0, maxChatSize: 0, maxStreamsPerSession: 0 };
const clock = systemClock();
const log = createLogger({ logLevel: 'warn', logFormat: 'json' });
const storage = openMemoryStorage();
const live = createLiveHub({ storage, clock, limits, log });
const service = createService({ storage, live, clock, limits, log, isShuttingDown: () => false });
const grpc = createGrpcServer({ service, limits, reflection: true });

createServer({ noDelay: true }, (socket) => grpc.injectConnection(socket)).listen(0, '127.0.0.1');

// An orderly end, so that a profile can be written.
process.once('SIGTERM', () => process.exit());
