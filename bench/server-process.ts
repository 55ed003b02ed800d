/** A server under test: a process of its own, watched from outside through the probe. */

import { fork, type ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answers, Memory, Question } from './probe.ts';

const ENDED = 'the server under test has ended';

export class ServerProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /**
   * Starts a script and waits until it listens.
   * @param script relative to this folder.
   * @param portCount how many ports it opens: the last one is that of the server.
   */
  static async start(script: string, args: readonly string[], portCount: number): Promise<ServerProcess> {
    const child = fork(pathOf(script), args, {
      execArgv: ['--expose-gc', '--import', pathOf('probe.ts')],
      // A setting from the surroundings would change what is measured.
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VECHE_'))),
      // What the server has to say must not end up in our own output.
      stdio: ['ignore', process.stderr, process.stderr, 'ipc'],
    });
    return new ServerProcess(child, await lastPort(child, portCount));
  }

  /** CPU time used so far by all of its threads. */
  cpuSeconds(): Promise<number> {
    return this.#ask('cpu', 'cpuSeconds');
  }

  /** What it holds after garbage collection. */
  memory(): Promise<Memory> {
    return this.#ask('memory', 'memory');
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }

  #ask<Key extends keyof Answers>(question: Question, key: Key): Promise<Answers[Key]> {
    this.#child.send(question);
    return answer(this.#child, key);
  }
}

/** The port that is opened as the `count`th. @throws Error when the process ends before. */
async function lastPort(child: ChildProcess, count: number): Promise<number> {
  let opened = 0;
  for await (const [message] of on(child, 'message', { close: ['exit'] })) {
    opened += 1;
    if (opened === count) return (message as Answers).port;
  }
  throw new Error(ENDED);
}

/** The next answer of the probe. @throws Error when the process ends instead. */
function answer<Key extends keyof Answers>(child: ChildProcess, key: Key): Promise<Answers[Key]> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => {
      child.off('exit', onExit);
      resolve((message as Answers)[key]);
    };
    const onExit = (): void => {
      child.off('message', onMessage);
      reject(new Error(ENDED));
    };
    child.once('message', onMessage).once('exit', onExit);
  });
}

function pathOf(script: string): string {
  return fileURLToPath(new URL(script, import.meta.url));
}
