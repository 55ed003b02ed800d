/** Takes server-sent events apart. */

import type { IncomingMessage } from 'node:http';
import { SSE_EVENT } from '../support/sse-event.ts';
import type { Json } from './exchange.ts';
import type { StreamEvent, StreamReader } from './stream-reader.ts';

/** Hands the events of a response to a reader. */
export function readEvents(response: IncomingMessage, reader: StreamReader): void {
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) if (!block.startsWith(':')) reader.take(parseEvent(block));
  });
  response.on('error', () => {});
  response.on('close', () => reader.over());
}

/** What is no event becomes one that there is not. */
function parseEvent(block: string): StreamEvent {
  const [, type = '', id, data = ''] = SSE_EVENT.exec(block) ?? [];
  return type === '' ? { type: block, id: NaN, data: {} } : { type, id: Number(id), data: JSON.parse(data) as Json };
}
