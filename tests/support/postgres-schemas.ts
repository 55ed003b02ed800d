/** Fresh data on PostgreSQL, fast: schemas that were migrated once are emptied and used again. */

import { Client } from 'pg';

import { openPostgresStorage, type PostgresStorageOptions } from '../../src/storage/postgres/open-postgres-storage.ts';
import type { OpenedStorage } from '../../src/storage/conformance/describe-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';

const QUIET = { info() {}, warn() {}, error() {} };
/** What a new schema has, and nothing else. */
const EMPTY = `DELETE FROM meta; DELETE FROM sessions; DELETE FROM chats; DELETE FROM messages; DELETE FROM trims;
  DELETE FROM retry_ids; DELETE FROM visits; DELETE FROM tallies; DELETE FROM closed_chats; DELETE FROM ended_sessions;
  UPDATE places SET taken = 0`;

/** Hands out schemas of one server. */
export class PostgresSchemas {
  readonly url: string;
  readonly #free: string[] = [];
  readonly #all: string[] = [];

  constructor(url: string) {
    this.url = url;
  }

  /** Options to open a schema on this server. */
  options(schema: string): PostgresStorageOptions {
    return { url: this.url, directUrl: undefined, schema, poolSize: 4, preparedStatements: true, log: QUIET };
  }

  /** A name that nobody has used. */
  newName(): string {
    const schema = `test_${process.pid}_${this.#all.length}_${Math.random().toString(36).slice(2, 8)}`;
    this.#all.push(schema);
    return schema;
  }

  /** Handles on fresh data, and what gives them back. */
  async open<Count extends number>(
    count: Count,
    more: Partial<PostgresStorageOptions> = {},
  ): Promise<{ readonly handles: readonly Storage[]; readonly schema: string; close(): Promise<void> }> {
    const schema = this.#free.pop() ?? this.newName();
    const options = { ...this.options(schema), ...more };
    const handles: Storage[] = [];
    while (handles.length < count) handles.push(await openPostgresStorage(options));
    return {
      handles,
      schema,
      close: async () => {
        await Promise.all(handles.map((handle) => handle.close()));
        await this.run(`SET search_path TO ${schema}; ${EMPTY}`);
        this.#free.push(schema);
      },
    };
  }

  /** Two handles, as the conformance suite asks for. */
  async openPair(): Promise<OpenedStorage> {
    const { handles, close } = await this.open(2);
    const [one, other] = handles;
    if (one === undefined || other === undefined) throw new Error('two handles were asked for');
    return { handles: [one, other], close };
  }

  /** Runs statements without parameters. @returns the lines of the last one */
  async run(text: string): Promise<readonly Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    try {
      const result = await client.query(text);
      return (Array.isArray(result) ? result.at(-1) : result).rows;
    } finally {
      await client.end();
    }
  }

  /** Drops everything. */
  async close(): Promise<void> {
    for (const schema of this.#all) await this.run(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  }
}
