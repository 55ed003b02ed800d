/** The balancer of `deploy/haproxy/`, in front of instances of a test. */

import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from './free-ports.ts';
import { GuardedFolder } from './guarded-folder.ts';
import { haproxyProgram } from './programs.ts';
import { TemporaryServer } from './temporary-server.ts';

const CONFIGURATION = fileURLToPath(new URL('../../../deploy/haproxy/haproxy.cfg', import.meta.url));

/** A running balancer. */
export interface TestBalancer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Starts one with the configuration that operators are given. @param ports where its instances listen */
export async function startBalancer(ports: readonly number[]): Promise<TestBalancer> {
  const [port = 0] = await freePorts(1);
  const folder = new GuardedFolder('KILL');
  // The user as whom it runs need not see ours.
  const file = join(folder.path, 'haproxy.cfg');
  copyFileSync(CONFIGURATION, file);
  const servers = ports.map((each, index) => [`SERVER_${index + 1}`, `127.0.0.1:${each}`]);
  const server = new TemporaryServer(
    {
      command: haproxyProgram(),
      args: ['-db', '-f', file],
      env: { BIND: `127.0.0.1:${port}`, ...(Object.fromEntries(servers) as Record<string, string>) },
      probe: async () => {
        const socket = connect(port, '127.0.0.1');
        await once(socket, 'connect');
        socket.destroy();
      },
      endSignal: 'SIGKILL',
    },
    folder,
  );
  await server.start();
  return { port, close: () => server.remove() };
}
