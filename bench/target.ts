/** A server under test with what clients have in it: connections, sessions, chats. */

import { connectMany, type Api, type Connection } from './api.ts';
import { load } from './load.ts';
import { ServerProcess } from './server-process.ts';

const UNLIMITED = [
  'max-users',
  'max-chats',
  'max-chat-size',
  'max-streams-per-session',
  'max-connections-per-address',
].flatMap((name) => [`--${name}`, '0']);

const VECHE = '../src/main.ts';
const SERVE = ['serve', '--port', '0', '--log-level', 'warn', '--rate-limits', 'false', ...UNLIMITED];

/** `Call` is a prepared call of the API that it is spoken to through. */
export class Target<Call = unknown> {
  readonly api: Api<Call>;
  readonly process: ServerProcess;
  readonly #connections: readonly Connection<Call>[];

  private constructor(api: Api<Call>, process: ServerProcess, connections: readonly Connection<Call>[]) {
    this.api = api;
    this.process = process;
    this.#connections = connections;
  }

  /** Starts a script as a server and connects to it, at the last of the ports that it opens. */
  static async start<Call>(
    api: Api<Call>,
    script: string,
    args: readonly string[] = [],
    portCount = 1,
  ): Promise<Target<Call>> {
    const process = await ServerProcess.start(script, args, portCount);
    return new Target(api, process, await connectMany(api, process.port, api.connections));
  }

  /** Veche itself, without limits on counts. @param flags e.g. of its storage. */
  static veche<Call>(api: Api<Call>, flags: readonly string[] = []): Promise<Target<Call>> {
    return Target.start(api, VECHE, [...SERVE, ...flags]);
  }

  /** The same with gRPC on a port of its own, which it opens after the other. */
  static vecheWithGrpcPort<Call>(api: Api<Call>): Promise<Target<Call>> {
    return Target.start(api, VECHE, [...SERVE, '--grpc-port', '0'], 2);
  }

  /** The server that speaks the API and does nothing else. */
  static bare<Call>(api: Api<Call>): Promise<Target<Call>> {
    return Target.start(api, api.bareServer);
  }

  async stop(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    await this.process.stop();
  }

  /** Opens `count` sessions; @returns their tokens. */
  async createSessions(count: number): Promise<string[]> {
    const tokens: string[] = [];
    await load(count, async (index, worker) => {
      tokens.push(await this.#connection(worker).createSession(`Speaker ${index}`));
    });
    return tokens;
  }

  /** Opens a chat; @returns its id. One at a time. */
  createChat(token: string, maxMessages?: number): Promise<string> {
    return this.#connection(0).createChat(token, maxMessages);
  }

  /** Sends `count` calls. @returns the count. */
  send(count: number, call: (index: number) => Call): Promise<number> {
    return load(count, (index, worker) => this.#connection(worker).send(call(index)));
  }

  /** Sends `count` prepared calls, each of them in turn. @returns the count. */
  sendPrepared(count: number, calls: readonly Call[]): Promise<number> {
    return this.send(count, (index) => calls[index % calls.length] as Call);
  }

  /** One of the connections, all used equally. */
  #connection(worker: number): Connection<Call> {
    return this.#connections[worker % this.#connections.length] as Connection<Call>;
  }
}

/** Lets `use` have a server that is starting and stops it afterwards. */
export async function withTarget<Call, T>(
  starting: Promise<Target<Call>>,
  use: (target: Target<Call>) => Promise<T>,
): Promise<T> {
  const target = await starting;
  try {
    return await use(target);
  } finally {
    await target.stop();
  }
}

/** Starts Veche and the bare server of an API for `use` and stops them afterwards. */
export function withBoth<Call, T>(
  api: Api<Call>,
  use: (veche: Target<Call>, bare: Target<Call>) => Promise<T>,
): Promise<T> {
  return withTarget(Target.veche(api), (veche) => withTarget(Target.bare(api), (bare) => use(veche, bare)));
}
