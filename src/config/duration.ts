/** Durations as people write them: `500ms`, `90s`, `1h30m`, `1d`. */

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** Days, hours, minutes, seconds, milliseconds: each at most once, in this order. */
const DURATION = new RegExp(`^${UNITS.map(([unit]) => String.raw`(?:(\d+)${unit})?`).join('')}$`);

/** Reads a duration. @returns whole milliseconds, perhaps too many to be exact; undefined if it is none. */
export function parseDuration(text: string): number | undefined {
  const amounts = DURATION.exec(text)?.slice(1);
  if (amounts === undefined || text === '') return undefined;
  return UNITS.reduce((total, [, unitMs], index) => total + Number(amounts[index] ?? 0) * unitMs, 0);
}

/** Writes whole milliseconds in the largest units that fit, so that reading it gives the same number. */
export function formatDuration(durationMs: number): string {
  let restMs = durationMs;
  let text = '';
  for (const [unit, unitMs] of UNITS) {
    const amount = Math.floor(restMs / unitMs);
    restMs -= amount * unitMs;
    if (amount > 0) text += `${amount}${unit}`;
  }
  return text === '' ? '0s' : text;
}
