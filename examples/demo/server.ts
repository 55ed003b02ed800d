/** The server of the demo: a process of its own, so that its costs can be told from the clients'. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** The unit of CPU time in /proc on Linux. */
const TICK_MS = 10;

/** What a process has used. */
export interface Usage {
  readonly cpuMs: number;
  /** The most memory that it ever held. */
  readonly peakBytes: number;
}

/** A server that runs. */
export interface RunningServer {
  readonly address: string;
  /** What it has used until now; undefined where the system does not tell. */
  usage(): Usage | undefined;
  /** Asks it to stop. @returns its exit code once it has. */
  stop(): Promise<number | null>;
}

/** Starts a server on a free port. @throws if it does not come up. */
export async function startServer(): Promise<RunningServer> {
  // The settings of whoever runs the demo are for servers that last.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VECHE_')));
  const flags = ['--port', '0', '--log-format', 'json', '--max-chat-size', '0'];
  const child = spawn(process.execPath, [MAIN, 'serve', ...flags], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit').then(([code]) => code as number | null);

  for await (const line of createInterface(child.stdout)) {
    const { msg, port } = JSON.parse(line) as { msg?: string; port?: number };
    if (msg !== 'listening') continue;
    child.stdout.resume();
    return {
      address: `127.0.0.1:${port}`,
      usage: () => usageOf(child.pid),
      stop: () => {
        child.kill('SIGTERM');
        return exited;
      },
    };
  }
  throw new Error(`the server did not start and ended with exit code ${await exited}`);
}

function usageOf(pid: number | undefined): Usage | undefined {
  if (process.platform !== 'linux') return undefined;
  // After the name in parentheses: state is field 3 of the documented ones, user and system time are 14 and 15.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const peakKiB = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS, peakBytes: Number(peakKiB) * 1024 };
}
