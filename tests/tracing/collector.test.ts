/** What becomes of a server whose collector has a bad day: nothing. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StatsService } from '../../src/gen/veche/v1/stats_pb.js';
import { OtlpReceiver } from '../support/otlp-receiver.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

/** Many more spans than may wait: each call makes two. */
const QUEUED_SPANS = 50;
const CALLS = 300;

const receivers: OtlpReceiver[] = [];
const apps: TestApp[] = [];
beforeEach(() => {
  vi.stubEnv('OTEL_BSP_MAX_QUEUE_SIZE', String(QUEUED_SPANS));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const app of apps.splice(0)) await app.close();
  for (const receiver of receivers.splice(0)) await receiver.close();
});

async function startReceiver(): Promise<OtlpReceiver> {
  const receiver = await OtlpReceiver.start();
  receivers.push(receiver);
  return receiver;
}

async function serve(endpoint: string): Promise<TestApp> {
  const app = await startTestApp({ config: { tracing: { endpoint, sampleRatio: 1 } } });
  apps.push(app);
  return app;
}

async function callOften({ client }: TestApp): Promise<void> {
  await Promise.all(Array.from({ length: CALLS }, () => client.call(StatsService.method.getStats, {})));
}

function warnings({ logLines }: TestApp): readonly string[] {
  return logLines.filter((line) => line.startsWith('warn') && line.includes('traces cannot'));
}

/** The endpoint of a collector that is as the name says. */
const BAD_DAYS: readonly (readonly [name: string, endpoint: () => Promise<string>])[] = [
  [
    'is not there',
    async () => {
      const gone = await OtlpReceiver.start();
      await gone.close();
      return gone.url;
    },
  ],
  [
    'never answers',
    async () => {
      const receiver = await startReceiver();
      receiver.manner = 'silent';
      return receiver.url;
    },
  ],
  [
    'refuses everything',
    async () => {
      const receiver = await startReceiver();
      receiver.manner = 'refusing';
      return receiver.url;
    },
  ],
];

describe.each(BAD_DAYS)('a collector that %s', (_name, endpoint) => {
  test('keeps no call from being answered and the server from stopping in time, and is told of once', async () => {
    const app = await serve(await endpoint());
    await callOften(app);
    expect(await app.stop()).toBe(true);
    expect(warnings(app)).toHaveLength(1);
    expect(app.logLines.filter((line) => line.startsWith('error'))).toStrictEqual([]);
  });
});

test('the last spans are sent when the server stops', async () => {
  const receiver = await startReceiver();
  const app = await serve(receiver.url);
  await app.client.call(StatsService.method.getStats, {});
  expect(receiver.spans).toStrictEqual([]);
  expect(await app.stop()).toBe(true);
  expect(receiver.named('veche.v1.StatsService/GetStats')).toHaveLength(1);
  expect(receiver.resource['service.name']).toBe('veche');
});

test('traces go to the path of the endpoint, as the collector may be behind one', async () => {
  const receiver = await startReceiver();
  for (const path of ['', '/', '/otlp', '/otlp/']) {
    const app = await serve(receiver.url + path);
    await app.client.call(StatsService.method.getStats, {});
    await app.stop();
  }
  expect(receiver.requests.map(({ path }) => path)).toStrictEqual([
    '/v1/traces',
    '/v1/traces',
    '/otlp/v1/traces',
    '/otlp/v1/traces',
  ]);
});
