/** A reader of server-sent events, at the level of the bytes. */

import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type * as Http from '../../src/gen/http/index.ts';
import { SSE_EVENT } from './sse-event.ts';

/** One event as it was written. */
export interface Sent {
  readonly event: string;
  readonly id: number;
  readonly data: Http.StreamEvent;
}

/** A stream that is read event by event. */
export class EventReader {
  readonly response: IncomingMessage;
  readonly #chunks: AsyncIterator<string>;
  #text = '';

  constructor(response: IncomingMessage) {
    this.response = response.setEncoding('utf8');
    this.#chunks = (response as AsyncIterable<string>)[Symbol.asyncIterator]();
  }

  /** The next event, past all comments; absent at the end. */
  async next(): Promise<Sent | undefined> {
    let written = await this.nextBlock();
    while (written?.startsWith(':') === true) written = await this.nextBlock();
    if (written === undefined) return undefined;
    const [, event = '', id, data = ''] = SSE_EVENT.exec(written) ?? [];
    return { event, id: Number(id), data: JSON.parse(data) as Http.StreamEvent };
  }

  /** The next event or comment just as it was written, without the empty line that ends it; absent at the end. */
  async nextBlock(): Promise<string | undefined> {
    while (!this.#text.includes('\n\n')) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return undefined;
      this.#text += value;
    }
    const [written = '', ...rest] = this.#text.split('\n\n');
    this.#text = rest.join('\n\n');
    return written;
  }

  /** The seqs of the messages that come, until there is a message of this seq. */
  async seqsUntil(lastSeq: number): Promise<readonly number[]> {
    const seqs: number[] = [];
    while (seqs.at(-1) !== lastSeq) {
      const sent = await this.next();
      if (sent === undefined) throw new Error(`ended after ${seqs.at(-1)}`);
      if (sent.event === 'messages') seqs.push(...seqsOf(sent));
    }
    return seqs;
  }
}

/** The seqs of the messages of an event. */
export function seqsOf({ data }: Sent): readonly number[] {
  return (data as Http.MessagesEvent).messages.map(({ seq }) => seq);
}

/** Asks for the stream of a chat. */
export async function openEvents(
  port: number,
  { token }: { readonly token: string },
  chatId: string,
  { query = '', headers = {} }: { readonly query?: string; readonly headers?: object } = {},
): Promise<EventReader> {
  const path = `/v1/chats/${chatId}/events${query}`;
  const request = get({ port, path, headers: { authorization: `Bearer ${token}`, ...headers } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return new EventReader(response);
}
