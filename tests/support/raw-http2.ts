/** Calls below the level of a gRPC client: any headers, any body, any bytes on the wire. */

import { status as Code } from '@grpc/grpc-js';
import { once } from 'node:events';
import {
  connect as connectHttp2,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';
import { connect as connectSocket } from 'node:net';

/** How HTTP/2 begins. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** One HTTP/2 connection. */
export class RawHttp2 {
  readonly session: ClientHttp2Session;

  constructor(port: number) {
    this.session = connectHttp2(`http://127.0.0.1:${port}`);
    this.session.on('error', () => {});
  }

  /** Sends a body. */
  open(path: string, body: Uint8Array, headers: Readonly<Record<string, string>> = {}): ClientHttp2Stream {
    return this.begin(path, body, headers).end();
  }

  /** Sends the beginning of a body. */
  begin(path: string, body: Uint8Array, headers: Readonly<Record<string, string>> = {}): ClientHttp2Stream {
    const stream = this.session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    stream.on('error', () => {});
    if (body.length > 0) stream.write(body);
    return stream;
  }

  /**
   * Sends a body and waits for the end.
   * @returns the HTTP status and the name of the gRPC code, wherever it stands.
   */
  async call(
    path: string,
    body: Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly http: unknown; readonly grpc: string | undefined }> {
    const stream = this.open(path, body, headers);
    const received: IncomingHttpHeaders = {};
    stream.on('response', (response) => Object.assign(received, response));
    stream.on('trailers', (trailers) => Object.assign(received, trailers));
    stream.resume();
    await once(stream, 'close');
    const code = received['grpc-status'];
    return { http: received[':status'], grpc: code === undefined ? undefined : Code[Number(code)] };
  }

  close(): void {
    this.session.destroy();
  }
}

/** The frame of a message as gRPC puts it into a body. */
export function frame(
  message: Uint8Array,
  { compressed = 0, length = message.length }: { readonly compressed?: number; readonly length?: number } = {},
): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt8(compressed, 0);
  header.writeUInt32BE(length, 1);
  return Buffer.concat([header, message]);
}

/** A frame of HTTP/2. */
export function http2Frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, payload]);
}

/** The frames of a call that is reset in the same breath. */
export function resetCall(streamId: number, path: string, contentType = 'application/grpc'): Buffer {
  const headers = {
    ':method': 'POST',
    ':scheme': 'http',
    ':authority': 'localhost',
    ':path': path,
    'content-type': contentType,
  };
  const endOfHeaders = 4;
  const cancel = Buffer.of(0, 0, 0, 8);
  return Buffer.concat([
    http2Frame(1, endOfHeaders, streamId, headerBlock(headers)),
    http2Frame(3, 0, streamId, cancel),
  ]);
}

/** Headers with nothing saved on their size. */
function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(headers).flatMap(([name, value]) => [Buffer.of(0), shortText(name), shortText(value)]),
  );
}

/** A text of up to 126 bytes. */
function shortText(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length), Buffer.from(text)]);
}

/** Sends bytes on a connection of their own. @returns true once the server has closed it. */
export async function isClosedAfter(port: number, bytes: Uint8Array): Promise<true> {
  const socket = connectSocket(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  socket.write(bytes);
  await once(socket, 'close');
  return true;
}
