/** Waits for something no longer than a given time. */

/** The time was over first. */
export class TimedOutError extends Error {
  override readonly name = 'TimedOutError';
}

/** The outcome of `work`. @throws TimedOutError when it has none after `deadlineMs`; the work itself goes on. */
export function withDeadline<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new TimedOutError(`not done after ${Math.round(deadlineMs)} ms`)),
      deadlineMs,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
