/** Times and durations: milliseconds here, seconds and nanoseconds on the wire. */

import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';
import { NEVER } from '../domain/lifetime.ts';

const NANOS_PER_MS = 1_000_000;
const NANOS_PER_SECOND = 1_000_000_000;
/** What the type allows: about 10,000 years. */
const MAX_DURATION_SECONDS = 315_576_000_000n;

/** A time; absent where it is NEVER. */
export function toTimestamp(at: number): Timestamp | undefined {
  if (at === NEVER) return undefined;
  const seconds = Math.floor(at / 1000);
  return {
    $typeName: 'google.protobuf.Timestamp',
    seconds: BigInt(seconds),
    nanos: (at - seconds * 1000) * NANOS_PER_MS,
  };
}

/** A duration of whole milliseconds, not negative. */
export function toDuration(durationMs: number): Duration {
  const seconds = Math.floor(durationMs / 1000);
  return {
    $typeName: 'google.protobuf.Duration',
    seconds: BigInt(seconds),
    nanos: (durationMs - seconds * 1000) * NANOS_PER_MS,
  };
}

/** Milliseconds; NaN where the duration is not whole milliseconds or not what the type allows. */
export function fromDuration({ seconds, nanos }: Duration): number {
  const isWithin =
    seconds >= -MAX_DURATION_SECONDS && seconds <= MAX_DURATION_SECONDS && Math.abs(nanos) < NANOS_PER_SECOND;
  const isNormal = seconds === 0n || nanos === 0 || seconds > 0n === nanos > 0;
  const isWholeMs = nanos % NANOS_PER_MS === 0;
  return isWithin && isNormal && isWholeMs ? Number(seconds) * 1000 + nanos / NANOS_PER_MS : NaN;
}
