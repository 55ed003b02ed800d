/** The library's server, made safe against streams that are over before it looks at them. */

import { Server, type ServerOptions } from '@grpc/grpc-js';
import type { ServerHttp2Stream } from 'node:http2';

type OnStream = (interceptors: unknown, stream: ServerHttp2Stream, headers: unknown) => void;

/**
 * Makes a server. A stream can be reset before it is announced; the library answers a call of an unknown method, or of
 * another content type, without looking, which then throws where nobody can catch it: anybody could end the process.
 * The library has no public place to step in, and with its own statistics on would take another way.
 * @throws Error if the private place is not there either, in another version.
 */
export function guardedServer(options: ServerOptions & { readonly 'grpc.enable_channelz': 0 }): Server {
  const server = new Server(options);
  const internals = server as unknown as { _streamHandler?: OnStream };
  const onStream = internals._streamHandler;
  if (onStream === undefined) throw new Error('this version of @grpc/grpc-js has no _streamHandler to guard');
  internals._streamHandler = function (this: Server, interceptors, stream, headers) {
    if (stream.destroyed || stream.closed) stream.on('error', () => {});
    else onStream.call(this, interceptors, stream, headers);
  };
  return server;
}
