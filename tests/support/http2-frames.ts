/** HTTP/2 below the level of any library: frames written and read by hand. */

import { once } from 'node:events';
import { constants } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** How HTTP/2 begins. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

const FRAME_HEADER_BYTES = 9;
const FRAME_TYPES = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;
const END_STREAM = 1;
const END_HEADERS = 4;
const ACK = 1;
const PING_BYTES = 8;
/** What stands before the error code of a goaway. */
const LAST_STREAM_ID_BYTES = 4;

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** A frame. */
export function http2Frame(
  type: keyof typeof FRAME_TYPES,
  { flags = 0, streamId = 0, payload = Buffer.alloc(0) }: Partial<Omit<Frame, 'type'>> = {},
): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(FRAME_TYPES[type], 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(streamId, 5);
  return Buffer.concat([header, payload]);
}

/** What each side sends first. */
export const SETTINGS = http2Frame('settings');

/** The frame that begins a call. @param options.flags without END_HEADERS more of them are announced. */
export function openCall(
  streamId: number,
  headers: Readonly<Record<string, string>>,
  { flags = END_HEADERS }: { readonly flags?: number } = {},
): Buffer {
  const allHeaders = { ':method': 'POST', ':scheme': 'http', ':authority': 'localhost', ...headers };
  return http2Frame('headers', { flags, streamId, payload: headerBlock(allHeaders) });
}

/** The frames of a call that is reset in the same breath. */
export function resetCall(
  streamId: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer = Buffer.alloc(0),
): Buffer {
  return Buffer.concat([
    openCall(streamId, headers),
    http2Frame('data', { flags: END_STREAM, streamId, payload: body }),
    http2Frame('reset', { streamId, payload: Buffer.of(0, 0, 0, constants.NGHTTP2_CANCEL) }),
  ]);
}

/** Headers with nothing saved on their size. */
export function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(headers).flatMap(([name, value]) => [Buffer.of(0), shortText(name), shortText(value)]),
  );
}

/** A text of up to 126 bytes. */
function shortText(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length), Buffer.from(text)]);
}

/** A connection whose other side is a server and whose own side does only what it is told to. */
export class FrameConnection {
  /** All that came in. */
  received = Buffer.alloc(0);
  readonly #socket: Socket;
  readonly #ended: Promise<unknown>;

  /** @param ca what is trusted, of a server that speaks TLS. */
  constructor(port: number, ca?: string) {
    const address = { port, host: '127.0.0.1', allowHalfOpen: true };
    this.#socket = ca === undefined ? connect(address) : connectTls({ ...address, ca, ALPNProtocols: ['h2'] });
    this.#socket.on('error', () => {});
    this.#ended = new Promise((resolve) => this.#socket.once('end', resolve).once('close', resolve));
    this.#socket.on('data', (bytes) => {
      this.received = Buffer.concat([this.received, bytes]);
    });
  }

  send(...parts: readonly Uint8Array[]): void {
    this.#socket.write(Buffer.concat(parts));
  }

  /** Resolves when the server has read all that was sent, and has answered as much of it as it can at once. */
  async pinged(): Promise<void> {
    this.send(http2Frame('ping', { payload: Buffer.alloc(PING_BYTES) }));
    const answers = (): number => this.#frames().filter(isPingAnswer).length;
    const before = answers();
    while (answers() === before) {
      const ended = this.#ended.then(() => Promise.reject(new Error('ended without an answer to a ping')));
      await Promise.race([once(this.#socket, 'data'), ended]);
    }
  }

  /** Resolves when the server has said something. */
  async heard(): Promise<void> {
    if (this.received.length === 0) await once(this.#socket, 'data');
  }

  /** Resolves when the server has ended its side. @returns the error code that it said goodbye with, if it did. */
  async ended(): Promise<number | undefined> {
    await this.#ended;
    return this.#frames()
      .findLast(({ type }) => type === FRAME_TYPES.goaway)
      ?.payload.readUInt32BE(LAST_STREAM_ID_BYTES);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #frames(): Frame[] {
    const frames: Frame[] = [];
    let rest = this.received;
    while (rest.length >= FRAME_HEADER_BYTES) {
      const length = rest.readUIntBE(0, 3);
      if (rest.length < FRAME_HEADER_BYTES + length) break;
      const payload = rest.subarray(FRAME_HEADER_BYTES, FRAME_HEADER_BYTES + length);
      frames.push({ type: rest.readUInt8(3), flags: rest.readUInt8(4), streamId: rest.readUInt32BE(5), payload });
      rest = rest.subarray(FRAME_HEADER_BYTES + length);
    }
    return frames;
  }
}

function isPingAnswer({ type, flags }: Frame): boolean {
  return type === FRAME_TYPES.ping && flags === ACK;
}
