/** A reader that has asked for a stream and takes nothing of it. */

import { toBinary, create } from '@bufbuild/protobuf';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { SubscribeRequestSchema } from '../../src/gen/veche/v1/message_pb.js';

/** A stream of which nothing can be delivered. */
export interface StuckStream {
  /** When its connection is gone. */
  readonly closed: Promise<void>;
}

/** Subscribes over a connection that gives the server no room to send. */
export async function openStuckStream(
  port: number,
  { token, chatId }: { readonly token: string; readonly chatId: string },
): Promise<StuckStream> {
  const session = connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 0 } });
  session.on('error', () => {});
  const closed = new Promise<void>((resolve) => session.once('close', resolve));
  const request = toBinary(SubscribeRequestSchema, create(SubscribeRequestSchema, { chatId }));
  const frame = Buffer.alloc(5 + request.length);
  frame.writeUInt32BE(request.length, 1);
  frame.set(request, 5);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/veche.v1.MessageService/Subscribe',
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: `Bearer ${token}`,
  });
  stream.on('error', () => {});
  stream.end(frame);
  await once(stream, 'response');
  return { closed };
}
