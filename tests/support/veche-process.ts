/** `veche` as a process of its own, as an operator runs it. */

import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** What a run has besides its command line. */
export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The file to run instead of the sources. */
  readonly main?: string;
  /** A module to run first, which makes the platform behave as it rarely does. */
  readonly preload?: string;
}

/** A line of the log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly level: string; readonly msg: string };

/** One run of the program. */
export class VecheProcess {
  /** Standard output and standard error so far. */
  output = '';
  errors = '';
  /** The exit code, once there is one. */
  readonly exitCode: Promise<number>;
  #hasEnded = false;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;

  constructor(args: readonly string[], { env = {}, main = MAIN, preload }: ProcessOptions = {}) {
    // The settings of whoever runs the tests are not ours.
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('VECHE_'));
    const first = preload === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(preload)}`];
    this.#child = spawn(process.execPath, [...first, main, ...args], {
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    this.exitCode = once(this.#child, 'close').then(([code, signal]) => {
      this.#hasEnded = true;
      if (typeof code !== 'number') throw new Error(`killed by ${signal}`);
      return code;
    });
  }

  /** Runs a server on a free port and waits until it takes calls. */
  static async serve(
    flags: readonly string[],
    options?: ProcessOptions,
  ): Promise<VecheProcess & { readonly port: number }> {
    const veche = new VecheProcess(['serve', '--port', '0', ...flags], options);
    const { port } = await veche.line('listening');
    return Object.assign(veche, { port: port as number });
  }

  /** The number by which the system knows it. */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('it was not started');
    return this.#child.pid;
  }

  /** The complete lines of the log so far. */
  get lines(): readonly LogLine[] {
    const complete = this.output.slice(0, this.output.lastIndexOf('\n') + 1);
    return complete
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** The first line of the log with this message, once it is there. */
  line(msg: string): Promise<LogLine> {
    return this.#until(`"${msg}"`, () => this.lines.find((line) => line.msg === msg));
  }

  /** Waits until this text is on standard output. */
  async printed(text: string): Promise<void> {
    await this.#until(text, () => this.output.includes(text) || undefined);
  }

  async #until<T>(what: string, look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (this.#hasEnded) throw new Error(`ended before ${what}: ${this.errors}${this.output}`);
      await Promise.race([once(this.#child.stdout, 'data'), this.exitCode]);
    }
  }

  /** Closes our end of its output, as `| head` does. */
  stopReading(): void {
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends it at once, whatever it is doing, if it has not ended. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exitCode.catch(() => {});
  }
}
