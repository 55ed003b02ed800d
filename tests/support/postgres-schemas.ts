/** Fresh data on PostgreSQL, fast: schemas that were migrated once are emptied and used again. */

import { randomUUID } from 'node:crypto';

import { Client, type QueryResult } from 'pg';

import { openPostgresStorage, type PostgresStorageOptions } from '../../src/storage/postgres/open-postgres-storage.ts';
import type { OpenedStorage } from '../../src/storage/conformance/describe-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';

const QUIET = { info() {}, warn() {}, error() {} };
/** Everything a schema has that a fresh one has not, but for its key. */
const EMPTY = `DELETE FROM sessions; DELETE FROM chats; DELETE FROM messages; DELETE FROM trims; DELETE FROM retry_ids;
  DELETE FROM visits; DELETE FROM tallies; DELETE FROM closed_chats; DELETE FROM ended_sessions; DELETE FROM rates;
  UPDATE places SET taken = 0`;

interface Opened {
  readonly schema: string;
  readonly handles: readonly Storage[];
}

/** Hands out schemas of one server with open handles. */
export class PostgresSchemas {
  readonly url: string;
  readonly #free: Opened[] = [];
  readonly #names: string[] = [];
  readonly #admin: Client;

  private constructor(url: string, admin: Client) {
    this.url = url;
    this.#admin = admin;
  }

  static async connect(url: string): Promise<PostgresSchemas> {
    const admin = new Client({ connectionString: url });
    // Tests kill the server.
    admin.on('error', () => {});
    await admin.connect();
    return new PostgresSchemas(url, admin);
  }

  /** Options to open a schema on this server. */
  options(schema: string): PostgresStorageOptions {
    return { url: this.url, directUrl: undefined, schema, poolSize: 4, preparedStatements: true, log: QUIET };
  }

  /** A name that nobody has used. */
  newName(): string {
    const schema = `test_${randomUUID().replaceAll('-', '_')}`;
    this.#names.push(schema);
    return schema;
  }

  /** Handles on data that are fresh, although somebody may have used these handles on others before. */
  async open(count: number): Promise<Opened & { close(): Promise<void> }> {
    const found = this.#free.findIndex(({ handles }) => handles.length === count);
    const opened = this.#free.splice(found, found === -1 ? 0 : 1)[0] ?? (await this.#openNew(count));
    return {
      ...opened,
      close: async () => {
        await this.run(`SET search_path TO ${opened.schema}; ${EMPTY}`);
        this.#free.push(opened);
      },
    };
  }

  /** Two handles, as the conformance suite asks for. */
  async openPair(): Promise<OpenedStorage> {
    const opened = await this.open(2);
    const [one, other] = opened.handles;
    if (one === undefined || other === undefined) throw new Error('two handles were asked for');
    return { handles: [one, other], close: () => opened.close() };
  }

  /** Runs statements without parameters. @returns the lines of the last one */
  async run(text: string): Promise<readonly Record<string, unknown>[]> {
    // Several statements have several results, which the driver's types do not know of.
    const result: QueryResult | QueryResult[] = await this.#admin.query(text);
    return (Array.isArray(result) ? result.at(-1) : result)?.rows ?? [];
  }

  /** Closes all handles that were given back and drops every schema. */
  async close(): Promise<void> {
    await Promise.all(this.#free.flatMap(({ handles }) => handles.map((handle) => handle.close())));
    for (const schema of this.#names) await this.run(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await this.#admin.end();
  }

  async #openNew(count: number): Promise<Opened> {
    const schema = this.newName();
    const handles: Storage[] = [];
    while (handles.length < count) handles.push(await openPostgresStorage(this.options(schema)));
    return { schema, handles };
  }
}
