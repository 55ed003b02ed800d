/** Does the same thing again and again, never twice at a time. */

/**
 * Runs `work` every `intervalMs`, counted from the end of the last run; it must not reject.
 * @returns a function that stops it, and resolves when a run that was under way has ended.
 */
export function repeat(intervalMs: number, work: (signal: AbortSignal) => Promise<void>): () => Promise<void> {
  const stopped = new AbortController();
  let timer: NodeJS.Timeout;
  let running = Promise.resolve();
  const run = async (): Promise<void> => {
    await work(stopped.signal);
    if (!stopped.signal.aborted) wait();
  };
  const wait = (): void => {
    timer = setTimeout(() => {
      running = run();
    }, intervalMs).unref();
  };
  wait();
  return () => {
    stopped.abort();
    clearTimeout(timer);
    return running;
  };
}
