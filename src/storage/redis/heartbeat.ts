/** Notices connections that have fallen silent: the other side is gone and nothing says so. */

/** A connection as the heartbeat sees it. */
export interface BeatingClient {
  readonly isReady: boolean;
  ping(): Promise<unknown>;
  /** Breaks the connection off. */
  destroy(): void;
  /** Makes it again, however long that takes. */
  connect(): Promise<unknown>;
}

const BEAT_INTERVAL_MS = 1_000;
/** After so long without an answer a connection is given up. Operations on it have failed by then. */
const SILENT_AFTER_MS = 5_000;

/**
 * Asks every client now and then for a sign of life; one that gives none is connected anew.
 * @param clientsNow the clients there are now
 * @returns a function that ends it
 */
export function startHeartbeat(clientsNow: () => Iterable<BeatingClient>): () => void {
  const askedAt = new WeakMap<BeatingClient, number>();
  const timer = setInterval(() => {
    for (const client of clientsNow()) {
      const asked = askedAt.get(client);
      if (!client.isReady) askedAt.delete(client);
      else if (asked === undefined) ask(client);
      else if (performance.now() - asked > SILENT_AFTER_MS) restart(client);
    }
  }, BEAT_INTERVAL_MS).unref();

  function ask(client: BeatingClient): void {
    askedAt.set(client, performance.now());
    const answered = (): void => {
      askedAt.delete(client);
    };
    client.ping().then(answered, answered);
  }

  function restart(client: BeatingClient): void {
    askedAt.delete(client);
    client.destroy();
    // It tries again by itself; failures are logged where all of the client are.
    client.connect().catch(() => {});
  }

  return () => clearInterval(timer);
}
