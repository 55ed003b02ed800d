/** Times and durations: milliseconds here, RFC 3339 and protobuf's JSON form on the wire. */

const DURATION = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/;
/** What protobuf allows: about 10,000 years. */
const MAX_DURATION_MS = 315_576_000_000_000;

/** The latest second that was written, and how: most times are close to each other, and writing one anew costs more. */
let lastSecond = NaN;
let lastSecondText = '';

/** A time in UTC with milliseconds. @param at whole milliseconds, from 1970 on. */
export function toTime(at: number): string {
  const milliseconds = at % 1000;
  const second = at - milliseconds;
  if (second !== lastSecond) {
    lastSecondText = new Date(second).toISOString().slice(0, -'000Z'.length);
    lastSecond = second;
  }
  return `${lastSecondText}${String(milliseconds).padStart(3, '0')}Z`;
}

/** A duration of whole milliseconds, not negative: `90s`, `1.500s`. */
export function toDuration(durationMs: number): string {
  const fraction = durationMs % 1000;
  const seconds = (durationMs - fraction) / 1000;
  return fraction === 0 ? `${seconds}s` : `${seconds}.${String(fraction).padStart(3, '0')}s`;
}

/** Milliseconds; NaN where the text is no duration, or not one of whole milliseconds. */
export function fromDuration(text: string): number {
  const [, sign, seconds, fraction = ''] = DURATION.exec(text) ?? [];
  const nanos = Number(fraction.padEnd(9, '0'));
  const durationMs = Number(seconds) * 1000 + nanos / 1_000_000;
  const isValid = Number.isSafeInteger(durationMs) && durationMs <= MAX_DURATION_MS;
  return isValid ? (sign === '-' ? -durationMs : durationMs) : NaN;
}
