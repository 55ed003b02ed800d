/** How connections to PostgreSQL are made, whatever they are for. */

import pg, { type Client, type ClientConfig, type CustomTypesConfig, type QueryConfig } from 'pg';
import { withFilesRead } from './tls-files.ts';

/** Longest that making a connection may take. */
export const CONNECT_TIMEOUT_MS = 2_500;
/** Longest that one statement may run, and wait for a lock, on the server: it ends before its caller has given up. */
const STATEMENT_TIMEOUT_MS = 3_000;
const LOCK_TIMEOUT_MS = 2_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_AFTER_MS = 10_000;
/** Longest wait for an answer on a connection past the pool: a migration may have to wait for that of another instance. */
const DIRECT_QUERY_LIMIT_MS = 70_000;

/** What `connectTo` and the pool have in common. @throws UnusableStorageError if a file that the URL names cannot be read */
export function connectionConfig(url: string): ClientConfig {
  return {
    ...withFilesRead(url),
    application_name: 'veche',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    types: TYPES,
  };
}

/** A connection of its own, past any pooler; its owner ends it and listens for its errors. */
export async function connectTo(url: string): Promise<Client> {
  const client = new pg.Client({ ...connectionConfig(url), query_timeout: DIRECT_QUERY_LIMIT_MS });
  // Without a listener an error would end the process. The next statement fails with it.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/**
 * Bounds what statements may take, and has each see what was committed before it, as our functions need. Not as parameters of
 * the connection, which poolers refuse. Behind a pooler that hands each transaction to another connection these may hold for
 * others: there the operator sets them for the role.
 */
export async function prepareConnection(client: Pick<Client, 'query'>): Promise<void> {
  const bounds: QueryConfig & { readonly query_timeout: number } = {
    text: `SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),
      set_config('idle_in_transaction_session_timeout', $3, false),
      set_config('default_transaction_isolation', 'read committed', false)`,
    values: [STATEMENT_TIMEOUT_MS, LOCK_TIMEOUT_MS, IDLE_IN_TRANSACTION_TIMEOUT_MS].map(String),
    // The pool has no limit of its own for this, and keeps a place for the connection.
    query_timeout: CONNECT_TIMEOUT_MS,
  };
  await client.query(bounds);
}

/** Numbers of 64 bits come as numbers: none of ours is above 2^53. */
const TYPES: CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)),
};
