/** Calls below the level of any gRPC client: frames that are none, headers that nobody sends. */

import fc from 'fast-check';
import { frame } from '../support/raw-http2.ts';

/** A call as it goes over HTTP/2. */
export interface RawCall {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** None of them changes anything: they need no session, or have none. */
const PATHS = [
  '/veche.v1.StatsService/GetStats',
  '/veche.v1.MessageService/PostMessage',
  '/veche.v1.MessageService/Subscribe',
  '/grpc.health.v1.Health/Check',
  '/veche.v1.StatsService/getstats',
  '/veche.v1.StatsService/',
  '/veche.v1/GetStats',
  '/v1/stats',
  '/',
];

const HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'content-type': 'application/grpc+proto' },
  { 'content-type': 'application/grpc+json' },
  { 'content-type': 'application/grpc-web' },
  { 'content-type': 'application/json' },
  { 'content-type': '' },
  { 'grpc-encoding': 'identity' },
  { 'grpc-encoding': 'gzip' },
  { 'grpc-encoding': 'bogus' },
  { 'grpc-accept-encoding': 'bogus' },
  { 'grpc-timeout': '10S' },
  { 'grpc-timeout': '99999999H' },
  { 'grpc-timeout': '0n' },
  { 'grpc-timeout': 'soon' },
  { 'grpc-timeout': '-1S' },
  { 'grpc-timeout': '123456789S' },
  { 'x-bin': 'not base64 !' },
  { authorization: 'Bearer \u00ff' },
  { ':method': 'GET' },
  { ':method': 'PUT' },
];

const MESSAGE = Buffer.from([0x0a, 0x01, 0x78]);

const body: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.constantFrom(
    frame(Buffer.alloc(0)),
    frame(MESSAGE),
    Buffer.concat([frame(MESSAGE), frame(MESSAGE)]),
    frame(MESSAGE, { compressed: 1 }),
    frame(MESSAGE, { compressed: 255 }),
    frame(MESSAGE, { length: MESSAGE.length + 1 }),
    frame(MESSAGE, { length: 0 }),
    frame(MESSAGE, { length: 2 ** 32 - 1 }),
    frame(MESSAGE).subarray(0, 3),
    Buffer.alloc(0),
    frame(Buffer.alloc(80_000)),
  ),
  fc.uint8Array({ maxLength: 30 }),
);

/** Calls, each of a path, headers and a body of which any may be wrong. */
export const rawCalls: fc.Arbitrary<RawCall> = fc.record({
  path: fc.constantFrom(...PATHS),
  headers: fc.oneof({ weight: 1, arbitrary: fc.constant({}) }, { weight: 2, arbitrary: fc.constantFrom(...HEADERS) }),
  body,
});
