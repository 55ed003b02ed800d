/** The ports of a server: one for everything, or one for HTTP and one for gRPC. */

import type { Socket } from 'node:net';
import { ConnectionLimits, type ConnectionBounds } from './connection-limits.ts';
import type { Http1Handler } from './http1-connections.ts';
import { openListener, type Address, type Listener, type ListenerSettings, type Served } from './listener.ts';
import { portError } from './start-error.ts';

/** Where a server is reached. */
export interface ServerAddress extends Address {
  /** Where gRPC is reached, if not at `port`. */
  readonly grpcPort?: number | undefined;
  /** Where metrics and health are served, if not at `port`. */
  readonly ops?: Address | undefined;
}

/** What is to be opened, and what is served there. */
export interface PortsOptions extends Omit<ListenerSettings, 'connectionLimits'> {
  /** Its ports may be 0: any that is free. */
  readonly address: ServerAddress;
  /** Of all ports together. */
  readonly bounds: ConnectionBounds;
  readonly http1: Http1Handler;
  readonly onHttp2: (socket: Socket) => void;
}

/** The open ports. */
export interface Ports {
  readonly address: ServerAddress;
  /** As each listener does. */
  windDown(): void;
  /** Closes them all at the same time, as each listener does. */
  close(graceMs: number, patienceMs?: number): Promise<void>;
}

/** Opens all ports, or none. @throws StartError naming the setting of the port that cannot be opened. */
export async function openPorts({ address, bounds, http1, onHttp2, ...options }: PortsOptions): Promise<Ports> {
  const settings = { ...options, connectionLimits: new ConnectionLimits(bounds, options.log) };
  const { host, port, grpcPort } = address;
  const open = (setting: 'port' | 'grpc-port', number: number, served: Served): Promise<Listener> =>
    openListener({ host, port: number }, served, settings).catch((error: unknown) => {
      throw portError(error, { host, port: number }, setting);
    });

  if (grpcPort === undefined) return open('port', port, { http1, onHttp2 });
  const http = await open('port', port, { http1 });
  try {
    const grpc = await open('grpc-port', grpcPort, { onHttp2 });
    return {
      address: { ...http.address, grpcPort: grpc.address.port },
      windDown: () => http.windDown(),
      close: async (...times) => void (await Promise.all([http.close(...times), grpc.close(...times)])),
    };
  } catch (error) {
    await http.close(0);
    throw error;
  }
}

/** The probes and scrapers of one instance are few; whoever opens more has no part in its life. */
const OPS_BOUNDS: ConnectionBounds = { maxConnections: 200, maxConnectionsPerAddress: 0 };

/** Opens the operators' port: HTTP/1.1 in the clear, whatever the others speak. @throws StartError naming its setting */
export async function openOpsPort(
  address: Address,
  http1: Http1Handler,
  settings: Pick<ListenerSettings, 'refusals' | 'timeouts' | 'log'>,
): Promise<Listener> {
  const { refusals, log } = settings;
  const connectionLimits = new ConnectionLimits(OPS_BOUNDS, log);
  return openListener(
    address,
    { http1 },
    { ...settings, clearRefusals: refusals, crowdedRefusals: refusals, connectionLimits },
  ).catch((error: unknown) => {
    throw portError(error, address, 'ops-port');
  });
}
