/** The answer to HTTP/2 where it is not spoken: no library serves there, so its frames are written by hand. */

import { constants } from 'node:http2';

const FRAME_TYPES = { settings: 4, goaway: 7 } as const;

const WHY = 'gRPC is not served on this connection: it has a port of its own';

/** The bytes of the answer: what a server has to begin with, and a goodbye that says why. */
export function misdirectedConnection(): Uint8Array {
  const lastStreamAndCode = Buffer.alloc(8);
  lastStreamAndCode.writeUInt32BE(constants.NGHTTP2_HTTP_1_1_REQUIRED, 4);
  return Buffer.concat([
    frame(FRAME_TYPES.settings, Buffer.alloc(0)),
    frame(FRAME_TYPES.goaway, Buffer.concat([lastStreamAndCode, Buffer.from(WHY)])),
  ]);
}

/** A frame of the connection as a whole. */
function frame(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  return Buffer.concat([header, payload]);
}
