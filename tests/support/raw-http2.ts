/** Calls below the level of a gRPC client: any headers, any body. */

import { status as Code } from '@grpc/grpc-js';
import { once } from 'node:events';
import { connect, type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';

/** How a call ended: the HTTP status, the name of the gRPC code, wherever it stands, and all headers and trailers. */
interface Answer {
  readonly http: unknown;
  readonly grpc: string | undefined;
  readonly headers: Readonly<IncomingHttpHeaders>;
}

/** One HTTP/2 connection. */
export class RawHttp2 {
  readonly session: ClientHttp2Session;

  /**
   * @param options.window how many bytes the server may send on a stream before they are taken.
   * @param options.ca what is trusted, of a server that speaks TLS.
   */
  constructor(port: number, { window = 65_535, ca }: { readonly window?: number; readonly ca?: string } = {}) {
    const scheme = ca === undefined ? 'http' : 'https';
    const options = { settings: { initialWindowSize: window }, ...(ca !== undefined && { ca }) };
    this.session = connect(`${scheme}://127.0.0.1:${port}`, options);
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

  /** Sends a body and waits for the end. */
  call(path: string, body: Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Answer> {
    return answerOn(this.open(path, body, headers));
  }

  close(): void {
    this.session.destroy();
  }
}

/** Takes what comes on a stream and waits for its end. */
export async function answerOn(stream: ClientHttp2Stream): Promise<Answer> {
  const headers: IncomingHttpHeaders = {};
  stream.on('response', (response) => Object.assign(headers, response));
  stream.on('trailers', (trailers) => Object.assign(headers, trailers));
  stream.resume();
  await once(stream, 'close');
  const code = headers['grpc-status'];
  return { http: headers[':status'], grpc: code === undefined ? undefined : Code[Number(code)], headers };
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
