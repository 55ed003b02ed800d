/** What a storage tells whoever traces: each request to its server, by name, never with what it carries. */

/** A request to the server of a storage. */
export interface TracedRequest {
  readonly system: 'redis' | 'postgresql';
  /** The command: `EVALSHA`, `SELECT`. */
  readonly operation: string;
  /** The script or function that it runs. */
  readonly procedure?: string;
}

/** A place in a trace: opaque, good for `together` only. */
export type TracePlace = object;

/** Makes spans of requests. Where nobody records, it only runs them. */
export interface StorageTracer {
  /** Where the caller is in a trace; undefined where nothing is recorded. */
  here(): TracePlace | undefined;
  /**
   * Runs what is done for several callers at once. Its requests belong to the trace of the first that is recorded, and are linked
   * with all others, in both directions.
   * @param places a place for each caller
   */
  together<T>(places: readonly (TracePlace | undefined)[], run: () => T): T;
  /** Sends a request. @throws what `run` throws */
  request<T>(request: TracedRequest, run: () => Promise<T>): Promise<T>;
}
