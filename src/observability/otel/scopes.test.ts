import { randomUUID } from 'node:crypto';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';
import { openMemoryStorage } from '../../storage/memory/open-memory-storage.ts';
import { traceFields, traceScopes } from '../trace-scope.ts';
import { requestSpans } from './request-spans.ts';
import { currentSpans, withinSpan } from './scopes.ts';
import { tracedStorage } from './traced-storage.ts';

const exporter = new InMemorySpanExporter();
const tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }).getTracer('test');

function newCall<T>(run: () => Promise<T>): Promise<T> {
  return withinSpan(tracer.startSpan('call'), run, () => {});
}

test('what goes on after a call is over is in no trace, and names none in the log', async () => {
  const over = Promise.withResolvers<void>();
  const later = await newCall(async () => {
    expect(currentSpans()).toHaveLength(1);
    expect(traceFields()).toMatchObject({ trace_id: expect.any(String), span_id: expect.any(String) });
    return [over.promise.then(() => [currentSpans(), traceFields()])];
  });
  over.resolve();
  expect(await later[0]).toStrictEqual([[], {}]);
});

test('whoever is woken does not work for the call that wakes', async () => {
  const storage = tracedStorage(tracer, 'memory', openMemoryStorage());
  const woken = Promise.withResolvers<unknown>();
  const user = { userId: randomUUID(), displayName: 'Ann' };
  const now = Date.now();
  await storage.createSession({ user, tokenHash: Buffer.alloc(32), ttlMs: 60_000, maxUsers: 0, now });
  await storage.watch({ userId: user.userId }, () => woken.resolve(traceScopes.getStore()));
  await newCall(async () => {
    await storage.endSession({ userId: user.userId, closeChats: true, now });
    expect(await woken.promise).toBeUndefined();
  });
});

test('work for several callers is within the first that is recorded, wherever it is begun', async () => {
  const requests = requestSpans(tracer);
  const places: (object | undefined)[] = [];
  const release = Promise.withResolvers<void>();
  const collect = async (): Promise<void> => {
    places.push(requests.here());
    await release.promise;
  };
  const calls = [newCall(collect), newCall(collect)];
  await newCall(() =>
    requests.together([undefined, ...places], () =>
      requests.request({ system: 'postgresql', operation: 'SELECT', procedure: 'post' }, async () => {}),
    ),
  );
  release.resolve();
  await Promise.all(calls);
  const request = exporter.getFinishedSpans().find(({ name }) => name === 'SELECT post')!;
  const [first, other] = places as ReturnType<typeof currentSpans>;
  expect(request.parentSpanContext?.spanId).toBe(first!.spanContext().spanId);
  expect(request.links.map(({ context }) => context.spanId)).toStrictEqual([other!.spanContext().spanId]);
  expect(request.attributes['db.operation.batch.size']).toBe(3);
});
