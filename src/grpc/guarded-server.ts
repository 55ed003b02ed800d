/** The library's server, made safe against streams that are over before it looks at them, or never begin in earnest. */

import { Server, status as Status, type ServerOptions } from '@grpc/grpc-js';
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';

type OnStream = (interceptors: unknown, stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

/** All of a request must be there within this time from the start of its call. Handlers only begin then. */
const REQUEST_TIMEOUT_MS = 5_000;
/** The one service whose calls are streams of requests, which take as long as they like. */
const STREAMS_OF_REQUESTS = '/grpc.reflection.';

/**
 * Makes a server. A stream can be reset before it is announced; the library answers a call of an unknown method, or of
 * another content type, without looking, which then throws where nobody can catch it: anybody could end the process.
 * The library has no public place to step in, and with its own statistics on would take another way.
 * Calls whose request is not there in time are ended.
 * @throws Error if the private place is not there either, in another version.
 */
export function guardedServer(options: ServerOptions & { readonly 'grpc.enable_channelz': 0 }): Server {
  const server = new Server(options);
  const internals = server as unknown as { _streamHandler?: OnStream };
  const onStream = internals._streamHandler;
  if (onStream === undefined) throw new Error('this version of @grpc/grpc-js has no _streamHandler to guard');
  internals._streamHandler = function (this: Server, interceptors, stream, headers) {
    if (stream.destroyed || stream.closed) stream.on('error', () => {});
    else {
      if (headers[':path']?.startsWith(STREAMS_OF_REQUESTS) !== true) limitRequestTime(stream);
      onStream.call(this, interceptors, stream, headers);
    }
  };
  return server;
}

/** On the stream itself, because an interceptor of the library would cost several times as much on every call. */
function limitRequestTime(stream: ServerHttp2Stream): void {
  const timer = setTimeout(() => {
    if (!stream.headersSent) {
      const status = { 'grpc-status': String(Status.DEADLINE_EXCEEDED), 'grpc-message': 'the request took too long' };
      stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto', ...status }, { endStream: true });
    }
    stream.close(constants.NGHTTP2_NO_ERROR);
  }, REQUEST_TIMEOUT_MS);
  const stop = (): void => clearTimeout(timer);
  stream.on('end', stop).on('close', stop);
}
