/** The HTTP/2 stream under a call: the library has no public way to end a call whose other side does not take part. */

import type { ServerHttp2Stream } from 'node:http2';

/**
 * The stream of a call.
 * @throws Error if another version of the library keeps it elsewhere.
 */
export function http2StreamOf(call: object): ServerHttp2Stream {
  const stream = (call as { readonly call?: { readonly stream?: ServerHttp2Stream } }).call?.stream;
  if (stream === undefined)
    throw new Error('this version of @grpc/grpc-js does not keep the stream of a call in its call');
  return stream;
}
