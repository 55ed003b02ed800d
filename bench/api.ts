/** What a load asks of a server, whichever API it speaks: `grpc/` and `http/` know how. */

/** A message to be posted. */
interface Post {
  readonly token: string;
  readonly chatId: string;
  readonly text: string;
  readonly clientMessageId?: string;
}

/** What a reader is told on a stream, as far as it counts what it gets. */
export type StreamEvent =
  | { readonly type: 'messages'; readonly seqs: readonly number[] }
  | { readonly type: 'caught-up'; readonly seq: number };

/** One connection to a server. `Call` is a call encoded beforehand. */
export interface Connection<Call> {
  /** @returns the token. */
  createSession(displayName: string): Promise<string>;
  /** @returns the id. */
  createChat(token: string, maxMessages?: number): Promise<string>;
  /** Sends a call; resolves when its answer is there. @throws Error unless it succeeded. */
  send(call: Call): Promise<unknown>;
  /** Opens a stream that begins now and hands over the bytes of each event; resolves when the server has ended it. */
  subscribe(token: string, chatId: string, onEvent: (bytes: Buffer) => void): Promise<void>;
  /** Breaks off whatever is under way. */
  close(): void;
}

/** An API. */
export interface Api<Call> {
  /** Told apart in the names of measures. */
  readonly name: 'gRPC' | 'HTTP';
  /** Over which the calls of a load are spread. */
  readonly connections: number;
  readonly streamsPerConnection: number;
  /** A server, relative to this folder, that speaks the API and does nothing else. */
  readonly bareServer: string;
  connect(port: number): Promise<Connection<Call>>;
  preparePost(post: Post): Call;
  /** Absent for what is not an event that counts. */
  readEvent(bytes: Buffer): StreamEvent | undefined;
}

/** Opens `count` connections. */
export function connectMany<Call>(api: Api<Call>, port: number, count: number): Promise<Connection<Call>[]> {
  return Promise.all(Array.from({ length: count }, () => api.connect(port)));
}
