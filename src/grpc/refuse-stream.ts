/** Ends a call on its HTTP/2 stream, where the library would wait or is not asked. */

import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { StatusObject } from '@grpc/grpc-js';

/** Answers with a status, unless there is an answer, and says that the rest of the request is not wanted. */
export function refuseStream(
  stream: ServerHttp2Stream,
  { code, details, metadata }: StatusObject,
  headers: OutgoingHttpHeaders = {},
): void {
  if (stream.destroyed || stream.closed) return;
  if (!stream.headersSent) {
    stream.respond(
      {
        ':status': 200,
        'content-type': 'application/grpc+proto',
        'grpc-status': code,
        'grpc-message': encodeURI(details),
        ...metadata.toHttp2Headers(),
        ...headers,
      },
      { endStream: true },
    );
  }
  stream.close(constants.NGHTTP2_NO_ERROR);
}
