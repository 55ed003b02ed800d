/** A server under test with what clients have in it: connections, sessions, chats. */

import { ChatService } from '../src/gen/veche/v1/chat_pb.js';
import { MessageService } from '../src/gen/veche/v1/message_pb.js';
import { SessionService } from '../src/gen/veche/v1/session_pb.js';
import { Connection, prepareCall, type PreparedCall } from './connection.ts';
import { load } from './load.ts';
import { ServerProcess } from './server-process.ts';

const CONNECTIONS = 4;
const UNLIMITED = ['max-users', 'max-chats', 'max-chat-size', 'max-streams-per-session'].flatMap((name) => [
  `--${name}`,
  '0',
]);

export class Target {
  readonly process: ServerProcess;
  readonly #connections: readonly Connection[];

  private constructor(process: ServerProcess, connections: readonly Connection[]) {
    this.process = process;
    this.#connections = connections;
  }

  /** Starts a script as a server and connects to it. */
  static async start(script: string, args: readonly string[] = []): Promise<Target> {
    const process = await ServerProcess.start(script, args);
    return new Target(process, await Connection.openMany(process.port, CONNECTIONS));
  }

  /** Veche itself, without limits on counts. */
  static veche(): Promise<Target> {
    return Target.start('../src/main.ts', ['serve', '--port', '0', '--log-level', 'warn', ...UNLIMITED]);
  }

  /** The server that does gRPC and nothing else. */
  static bare(): Promise<Target> {
    return Target.start('bare-server.ts');
  }

  async stop(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    await this.process.stop();
  }

  /** One of the connections; whoever asks by rising numbers uses them all equally. */
  connection(index: number): Connection {
    const connection = this.#connections[index % this.#connections.length];
    if (connection === undefined) throw new Error('no connection');
    return connection;
  }

  /** Opens `count` sessions; @returns their tokens. */
  async createSessions(count: number): Promise<string[]> {
    const tokens: string[] = [];
    await load(count, async (index) => {
      const request = { displayName: `Speaker ${index}` };
      const { token } = await this.connection(index).ask(SessionService.method.createSession, request);
      tokens.push(token);
    });
    return tokens;
  }

  /** Opens a chat; @returns its id. */
  async createChat(token: string, maxMessages?: number): Promise<string> {
    const request = maxMessages === undefined ? {} : { maxMessages: BigInt(maxMessages) };
    const { chat } = await this.connection(0).ask(ChatService.method.createChat, request, token);
    if (chat === undefined) throw new Error('no chat');
    return chat.id;
  }

  /** Sends `count` prepared calls, each of them in turn. @returns the count. */
  send(count: number, calls: readonly PreparedCall[]): Promise<number> {
    return load(count, (index) => this.connection(index).send(calls[index % calls.length] as PreparedCall));
  }
}

/** A post ready to be sent. */
export function preparePost(token: string, chatId: string, text: string, clientMessageId?: string): PreparedCall {
  const request = { chatId, text, ...(clientMessageId !== undefined && { clientMessageId }) };
  return prepareCall(MessageService.method.postMessage, request, token);
}

/** Lets `use` have a server that is starting and stops it afterwards. */
export async function withTarget<T>(starting: Promise<Target>, use: (target: Target) => Promise<T>): Promise<T> {
  const target = await starting;
  try {
    return await use(target);
  } finally {
    await target.stop();
  }
}

/** Starts Veche and the bare server for `use` and stops them afterwards. */
export function withBoth<T>(use: (veche: Target, bare: Target) => Promise<T>): Promise<T> {
  return withTarget(Target.veche(), (veche) => withTarget(Target.bare(), (bare) => use(veche, bare)));
}
