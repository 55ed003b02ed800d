/** The storage on PostgreSQL keeps what every storage must keep, on a real server. */

import { afterAll } from 'vitest';

import { describeStorage } from '../../src/storage/conformance/describe-storage.ts';
import { PostgresSchemas } from '../support/postgres-schemas.ts';
import { startPostgres } from '../support/servers/postgres-server.ts';

const server = await startPostgres();
const schemas = await PostgresSchemas.connect(server.url);

describeStorage('postgres', () => schemas.openPair());

afterAll(async () => {
  await schemas.close();
  await server.close();
});
