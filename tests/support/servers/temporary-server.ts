/** A server program that runs for a test, in a folder of its own, and is gone afterwards, however the test ends. */

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Ends the server and removes its folder as soon as whoever started both is gone: its end of the pipe closes then. */
const GUARD = 'cat > /dev/null; kill -KILL "$1" 2> /dev/null; rm -rf "$2"';

/** How a program is run. */
export interface ServerProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** Resolves once it serves; rejects while it does not. */
  readonly probe: () => Promise<void>;
}

/** One server, which can be killed, frozen and started again on the same data. */
export class TemporaryServer {
  readonly #program: ServerProgram;
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #guard: ChildProcess | undefined;
  #output = '';

  constructor(program: ServerProgram, folder: string) {
    this.#program = program;
    this.#folder = folder;
  }

  /** Starts it and waits until it serves. @throws Error with what it said if it ends instead. */
  async start(): Promise<void> {
    const { command, args, probe } = this.#program;
    const child = spawn(command, args, { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'], ...unprivileged() });
    this.#child = child;
    this.#output = '';
    const keep = (text: Buffer): void => {
      this.#output = (this.#output + text.toString()).slice(-4_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    await once(child, 'spawn');
    this.#guard = spawn('sh', ['-c', GUARD, 'guard', String(child.pid), this.#folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      // Not told of Ctrl+C, which would end it before its work.
      detached: true,
    });
    await this.#serving(child, probe);
  }

  /** Ends it at once, as a crash does. Its data stay. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    child.kill(signal);
    await exited;
    this.#guard?.kill('SIGKILL');
    this.#child = undefined;
  }

  /** Lets it hang, with all its connections open. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Ends it and removes its data. */
  async remove(): Promise<void> {
    this.thaw();
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }

  async #serving(child: ChildProcess, probe: () => Promise<void>): Promise<void> {
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`${this.#program.command} has ended: ${this.#output}`);
      }
      try {
        await probe();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }
}

/** A new folder that the server's user may write to. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'veche-test-'));
  const { uid, gid } = unprivileged();
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

/** As whom servers run: PostgreSQL refuses to be root. */
export function unprivileged(): { readonly uid?: number; readonly gid?: number } {
  if (userInfo().uid !== 0) return {};
  return { uid: idOfNobody('-u'), gid: idOfNobody('-g') };
}

function idOfNobody(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
}

/** Ports that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
