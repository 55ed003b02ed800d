/** Posts that PostgreSQL gets in one statement, as traces: one span for the statement, linked with every post. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.ts';
import { Person } from '../support/person.ts';
import { SHARED_STORAGES } from '../support/shared-storages.ts';
import { startTestApp } from '../support/test-app.ts';

const POSTS = 200;
const PEOPLE = 20;

let receiver: OtlpReceiver;
let statements: readonly ReceivedSpan[];
let posts: readonly ReceivedSpan[];

beforeAll(async () => {
  const [, startPostgres] = SHARED_STORAGES.find(([name]) => name === 'PostgreSQL')!;
  const data = await startPostgres();
  receiver = await OtlpReceiver.start();
  const tracing = { endpoint: receiver.url, sampleRatio: 1 };
  const app = await startTestApp({ config: { ...data.config, tracing } });
  const people = await Promise.all(Array.from({ length: PEOPLE }, () => Person.enter(app.client)));
  const { id } = await people[0]!.openChat();
  await Promise.all(Array.from({ length: POSTS }, (_, index) => people[index % PEOPLE]!.post(id, `line ${index}`)));
  await app.close();
  await data.close();
  statements = receiver.named('SELECT post_messages_v1');
  posts = receiver.named('storage.postMessage');
});
afterAll(() => receiver?.close());

function isLinked(from: ReceivedSpan, to: ReceivedSpan): boolean {
  return from.links.some(({ traceId, spanId }) => traceId === to.traceId && spanId === to.spanId);
}

test('a statement for many posts is one span, which says how many', () => {
  expect(posts).toHaveLength(POSTS);
  expect(statements.length).toBeLessThan(POSTS);
  const sizes = statements.map(({ attributes }) => Number(attributes['db.operation.batch.size'] ?? 1));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(POSTS);
});

test('it belongs to the trace of one post, and is linked with all others in both directions', () => {
  for (const post of posts) {
    const own = receiver.within(post);
    const linked = statements.filter((statement) => isLinked(statement, post) && isLinked(post, statement));
    expect(own.length + linked.length).toBe(1);
  }
});

test('sessions that are found together are so, too', () => {
  const lookups = receiver.named('SELECT find_sessions_v1');
  const calls = receiver.named('storage.authenticate');
  expect(lookups.length).toBeLessThan(calls.length);
  for (const call of calls) {
    const own = receiver.within(call);
    const linked = lookups.filter((lookup) => isLinked(lookup, call) && isLinked(call, lookup));
    expect(own.length + linked.length).toBe(1);
  }
});
