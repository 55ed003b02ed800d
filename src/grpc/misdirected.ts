/** The answers to HTTP/2 where it is not spoken: no library serves there, so their frames are written by hand. */

import { constants } from 'node:http2';

const FRAME_TYPES = { settings: 4, goaway: 7 } as const;

/** The bytes of the answer where gRPC is not served. */
export function misdirectedConnection(): Uint8Array {
  const why = 'gRPC is not served on this connection: it has a port of its own';
  return goodbye(constants.NGHTTP2_HTTP_1_1_REQUIRED, why);
}

/** The bytes of the answer in the clear where nothing is spoken but TLS. */
export function unencryptedConnection(): Uint8Array {
  return goodbye(constants.NGHTTP2_INADEQUATE_SECURITY, 'this port speaks TLS only');
}

/** The bytes of the answer where there are too many connections. Clients make RESOURCE_EXHAUSTED or UNAVAILABLE of it. */
export function crowdedConnection(): Uint8Array {
  return goodbye(constants.NGHTTP2_ENHANCE_YOUR_CALM, 'too many connections; close some, or try again later');
}

/** What a server has to begin with, and the end with its reason. */
function goodbye(code: number, why: string): Uint8Array {
  const lastStreamAndCode = Buffer.alloc(8);
  lastStreamAndCode.writeUInt32BE(code, 4);
  return Buffer.concat([
    frame(FRAME_TYPES.settings, Buffer.alloc(0)),
    frame(FRAME_TYPES.goaway, Buffer.concat([lastStreamAndCode, Buffer.from(why)])),
  ]);
}

/** A frame of the connection as a whole. */
function frame(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  return Buffer.concat([header, payload]);
}
