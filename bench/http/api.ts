/** The load over HTTP. */

import type { Api } from '../api.ts';
import { HttpConnection, prepareRequest } from './connection.ts';

/** As many as there are calls in flight: each has one at a time, as those of most clients. */
const CONNECTIONS = 64;
const EVENT = /^event: (.*)$/m;
const DATA = /^data: (.*)$/m;

/** What of the data of the events is looked at. */
interface Data {
  readonly messages: readonly { readonly seq: number }[];
  readonly seq: number;
}

export const HTTP: Api<Buffer> = {
  name: 'HTTP',
  connections: CONNECTIONS,
  streamsPerConnection: 1,
  bareServer: 'http/bare-server.ts',
  connect: (port) => HttpConnection.open(port),
  preparePost: ({ token, chatId, ...body }) => prepareRequest('POST', `/v1/chats/${chatId}/messages`, { token, body }),
  readEvent: (bytes) => {
    const text = bytes.toString();
    const type = EVENT.exec(text)?.[1];
    // A comment, or advice on reconnecting.
    if (type === undefined) return undefined;
    const { messages, seq } = JSON.parse(DATA.exec(text)?.[1] ?? '') as Data;
    if (type === 'caught-up') return { type, seq };
    if (type !== 'messages') throw new Error(`a stream was sent ${type}`);
    return { type, seqs: messages.map((message) => message.seq) };
  },
};
