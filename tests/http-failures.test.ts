import { expect, test } from 'vitest';
import * as Http from '../src/gen/http/index.ts';
import { openMemoryStorage } from '../src/storage/memory/open-memory-storage.ts';
import { disturbed } from './support/disturbed-storage.ts';
import { httpClient } from './support/http-person.ts';
import { startTestApp } from './support/test-app.ts';

function failGetStats(operation: string): void {
  if (operation === 'getStats') throw new Error('a secret');
}

test('what fails inside is INTERNAL, with the way to its line in the log and nothing of its cause', async () => {
  const app = await startTestApp({ storage: disturbed(openMemoryStorage(), { before: failGetStats }) });
  const { error } = await Http.getStats({ client: httpClient(app.port) });
  expect(error).toMatchObject({ status: 500, code: 'INTERNAL', instance: expect.stringMatching(/^urn:uuid:/) });
  expect(JSON.stringify(error)).not.toContain('secret');
  const correlationId = error!.instance!.replace('urn:uuid:', '');
  expect(app.fullLogLines).toContainEqual(expect.stringContaining(correlationId));
  await app.close();
});
