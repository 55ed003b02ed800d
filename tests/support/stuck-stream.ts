/** A reader that has asked for a stream and takes nothing of it. */

import { once } from 'node:events';
import { authorization, SUBSCRIBE, subscribeFrame } from './raw-calls.ts';
import { RawHttp2 } from './raw-http2.ts';

/** A stream of which nothing can be delivered. */
export interface StuckStream {
  /** When it was reset, with the error code. */
  readonly reset: Promise<number>;
  /** When its connection is gone. */
  readonly closed: Promise<void>;
}

/** Subscribes over a connection that gives the server no room to send. */
export async function openStuckStream(
  port: number,
  { token, chatId }: { readonly token: string; readonly chatId: string },
): Promise<StuckStream> {
  const raw = new RawHttp2(port, { window: 0 });
  const closed = new Promise<void>((resolve) => raw.session.once('close', resolve));
  const stream = raw.open(SUBSCRIBE, subscribeFrame(chatId), authorization({ token }));
  const reset = new Promise<number>((resolve) => stream.once('close', () => resolve(stream.rstCode)));
  await once(stream, 'response');
  return { reset, closed };
}
