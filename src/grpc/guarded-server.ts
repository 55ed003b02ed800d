/** The library's server, made safe against streams that are over before it looks at them, or never begin in earnest. */

import { Metadata, Server, status as Status, type ServerOptions } from '@grpc/grpc-js';
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { HeldBytes } from '../service/held-bytes.ts';
import { ArrivingRequests, type OnRefused } from './arriving-requests.ts';
import { refuseStream } from './refuse-stream.ts';

type OnStream = (interceptors: unknown, stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

/** The one service whose calls are streams of requests, which take as long as they like. */
const STREAMS_OF_REQUESTS = '/grpc.reflection.';

/** A server and what watches over its calls. */
export interface GuardedServer {
  readonly server: Server;
  /** Refuses the calls whose requests are not all there: the server shuts down. */
  readonly refuseArriving: () => void;
}

/**
 * Makes a server. A stream can be reset before it is announced; the library answers a call of an unknown method, or of
 * another content type, without looking, which then throws where nobody can catch it: anybody could end the process.
 * The library has no public place to step in, and with its own statistics on would take another way.
 * @param onRefused told of the calls that are refused by a name of Veche's.
 * @throws Error if the private place is not there either, in another version.
 */
export function guardedServer(
  options: ServerOptions & { readonly 'grpc.enable_channelz': 0 },
  arriving: HeldBytes,
  onRefused: OnRefused,
): GuardedServer {
  const server = new Server(options);
  const internals = server as unknown as { _streamHandler?: OnStream };
  const onStream = internals._streamHandler;
  if (onStream === undefined) throw new Error('this version of @grpc/grpc-js has no _streamHandler to guard');
  const requests = new ArrivingRequests(arriving, onRefused);
  internals._streamHandler = function (this: Server, interceptors, stream, headers) {
    if (stream.destroyed || stream.closed) {
      stream.on('error', ignore);
    } else if (!isGrpc(headers)) {
      refuseOther(stream.on('error', ignore), headers);
    } else if (isCompressed(headers)) {
      refuseCompressed(stream.on('error', ignore));
    } else if (isTimeoutMalformed(headers)) {
      refuseTimeout(stream.on('error', ignore));
    } else {
      onStream.call(this, interceptors, stream, headers);
      if (headers[':path']?.startsWith(STREAMS_OF_REQUESTS) !== true) requests.add(stream);
    }
  };
  return { server, refuseArriving: () => requests.close() };
}

/** The end of the stream is heard of by its other events. */
function ignore(): void {}

function isGrpc({ 'content-type': contentType }: IncomingHttpHeaders): boolean {
  return contentType?.startsWith('application/grpc') === true;
}

/** The status is that of the specification of gRPC. The library says no word with it, and here HTTP is a likely mistake. */
function refuseOther(stream: ServerHttp2Stream, { ':method': method }: IncomingHttpHeaders): void {
  const isHead = method === 'HEAD';
  stream.respond({ ':status': 415, 'content-type': 'text/plain; charset=utf-8' }, { endStream: isHead });
  if (!isHead)
    stream.end('HTTP/2 is gRPC here (content-type: application/grpc); the HTTP API is spoken over HTTP/1.1.\n');
  stream.close(constants.NGHTTP2_NO_ERROR);
}

function isCompressed({ 'grpc-encoding': encoding }: IncomingHttpHeaders): boolean {
  return encoding !== undefined && encoding !== 'identity';
}

/**
 * Compressed requests are refused, as the specification of gRPC has it for an encoding that a server does not support.
 * Requests here are too small to gain from it, and the library makes it a way in: it unpacks every message of a frame at
 * once, also of a call that takes one, so that a few kilobytes start hundreds of decompressors; and it answers broken ones
 * with INTERNAL.
 */
function refuseCompressed(stream: ServerHttp2Stream): void {
  const details = 'requests must not be compressed: send them with grpc-encoding identity';
  const status = { code: Status.UNIMPLEMENTED, details, metadata: new Metadata() };
  refuseStream(stream, status, { 'grpc-accept-encoding': 'identity' });
}

/** Up to 8 digits and a unit, as the specification of gRPC has it. */
const TIMEOUT = /^\d{1,8}[HMSmun]$/;

function isTimeoutMalformed({ 'grpc-timeout': timeout }: IncomingHttpHeaders): boolean {
  return timeout !== undefined && !TIMEOUT.test(String(timeout));
}

/** The library takes it for a failure of its own: it answers with INTERNAL, which would wake an operator. */
function refuseTimeout(stream: ServerHttp2Stream): void {
  const details = 'grpc-timeout must be up to 8 digits and one of the units H, M, S, m, u and n';
  refuseStream(stream, { code: Status.INVALID_ARGUMENT, details, metadata: new Metadata() });
}
