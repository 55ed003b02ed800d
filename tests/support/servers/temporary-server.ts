/** A server program that runs for a test, in a folder of its own, and is gone afterwards, however the test ends. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type GuardedFolder, unprivileged } from './guarded-folder.ts';
import { freezeTree, thawTree } from './process-tree.ts';

/** Far more than any of them needs, on any machine. */
const START_DEADLINE_MS = 60_000;
const PROBE_INTERVAL_MS = 20;

/** How a program is run. */
export interface ServerProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** Besides the variables of whoever runs the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** Resolves once it serves; rejects while it does not. */
  readonly probe: () => Promise<void>;
  /** Ends it at once and leaves nothing on the machine outside of its folder. */
  readonly endSignal: NodeJS.Signals;
}

/** One server, which can be killed, frozen and started again on the same data. */
export class TemporaryServer {
  readonly #program: ServerProgram;
  readonly #folder: GuardedFolder;
  #child: ChildProcess | undefined;
  #closed: Promise<unknown> = Promise.resolve();
  #output = '';

  constructor(program: ServerProgram, folder: GuardedFolder) {
    this.#program = program;
    this.#folder = folder;
  }

  /** Of its first process; undefined while it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Holds its data. */
  get folder(): string {
    return this.#folder.path;
  }

  /** Starts it and waits until it serves. @throws Error with what it said if it ends instead. */
  async start(): Promise<void> {
    const { command, args, env } = this.#program;
    const child = spawn(command, args, {
      cwd: this.#folder.path,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its end at Ctrl+C is the guard's work.
      detached: true,
      ...unprivileged(),
    });
    this.#child = child;
    this.#folder.watch(child.pid);
    this.#output = '';
    const keep = (text: Buffer): void => {
      this.#output = (this.#output + text.toString()).slice(-4_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    // Only when all that it has started has ended too, and let go of what they share, can it be started again.
    this.#closed = once(child, 'close');
    this.#closed.catch(() => {});
    await once(child, 'spawn');
    await this.#serving(child);
  }

  /** Ends it at once, as a crash does. Its data stay. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#child?.kill(signal);
    await this.#closed;
    this.#child = undefined;
    this.#folder.watch(undefined);
  }

  /** Lets it hang, with all its connections open. */
  freeze(): void {
    if (this.pid !== undefined) freezeTree(this.pid);
  }

  thaw(): void {
    if (this.pid !== undefined) thawTree(this.pid);
  }

  /** Ends it and removes its data. */
  async remove(): Promise<void> {
    this.thaw();
    await this.kill(this.#program.endSignal);
    this.#folder.remove();
  }

  async #serving(child: ChildProcess): Promise<void> {
    const { command, probe } = this.#program;
    for (const deadline = performance.now() + START_DEADLINE_MS; performance.now() < deadline;) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${command} ended: ${this.#output}`);
      try {
        await probe();
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, PROBE_INTERVAL_MS));
      }
    }
    await this.remove();
    throw new Error(`${command} does not serve: ${this.#output}`);
  }
}
