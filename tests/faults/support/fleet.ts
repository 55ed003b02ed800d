/** Several instances of Veche, each a process of its own, on one storage. */

import { GrpcClient } from '../../support/grpc-client.ts';
import { freePorts } from '../../support/servers/free-ports.ts';
import { VecheProcess } from '../../support/veche-process.ts';

/** Whatever the tests do, no limit is in their way. */
const FLAGS = [
  '--max-users=0',
  '--max-chats=0',
  '--max-chat-size=0',
  '--max-streams-per-session=0',
  '--rate-limits=false',
];

interface Instance {
  readonly port: number;
  process: VecheProcess;
  client: GrpcClient;
}

/** Instances that can be killed and started again on their ports. */
export class Fleet {
  readonly #env: Readonly<Record<string, string>>;
  readonly #flags: readonly string[];
  readonly #instances: Instance[];

  private constructor(env: Readonly<Record<string, string>>, flags: readonly string[], instances: Instance[]) {
    this.#env = env;
    this.#flags = flags;
    this.#instances = instances;
  }

  /** Starts them and waits until all take calls. @param env the settings that they share, as are the flags. */
  static async start(env: Readonly<Record<string, string>>, size = 2, flags: readonly string[] = []): Promise<Fleet> {
    const ports = await freePorts(size);
    return new Fleet(env, flags, await Promise.all(ports.map((port) => startInstance(port, env, flags))));
  }

  get size(): number {
    return this.#instances.length;
  }

  /** A connection to an instance; to the one after the last: to the first. */
  client(index: number): GrpcClient {
    return this.#at(index).client;
  }

  /** Where an instance listens, as long as the fleet lives. */
  get ports(): readonly number[] {
    return this.#instances.map(({ port }) => port);
  }

  /** Ends an instance as a crash does. */
  async kill(index: number): Promise<void> {
    await this.#at(index).process.kill();
  }

  /** Tells an instance to stop, as whoever runs it does. @returns its exit code once it has. */
  async terminate(index: number): Promise<number> {
    const { process } = this.#at(index);
    process.signal('SIGTERM');
    return process.exitCode;
  }

  /** Starts one again that was killed, or has stopped, and waits until it takes calls. */
  async restart(index: number): Promise<void> {
    const instance = this.#at(index);
    const killed = instance.client;
    const { process, client } = await startInstance(instance.port, this.#env, this.#flags);
    Object.assign(instance, { process, client });
    killed.close();
  }

  /** Ends all of it; nobody may be using it any more. */
  async close(): Promise<void> {
    for (const { client } of this.#instances) client.close();
    await Promise.all(this.#instances.map(({ process }) => process.kill()));
  }

  #at(index: number): Instance {
    return this.#instances[index % this.#instances.length]!;
  }
}

async function startInstance(
  port: number,
  env: Readonly<Record<string, string>>,
  flags: readonly string[],
): Promise<Instance> {
  const process = await VecheProcess.serve([...FLAGS, ...flags, '--port', String(port)], { env });
  return { port, process, client: new GrpcClient(`127.0.0.1:${port}`) };
}
