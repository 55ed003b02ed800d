/** Tracing of a whole process: what is loaded, and the variables that OpenTelemetry has everywhere. */

import { afterEach, beforeEach, expect, test } from 'vitest';
import { OtlpReceiver } from '../support/otlp-receiver.ts';
import { SHARED_STORAGES, type SharedData } from '../support/shared-storages.ts';
import { VecheProcess } from '../support/veche-process.ts';

/**
 * Says on standard error which modules of OpenTelemetry are loaded, by `import` or by `require`. Its API alone does nothing:
 * the library of the metrics asks it for the trace of a sample.
 */
const TELL_LOADED = `
  import { registerHooks } from 'node:module';
  registerHooks({
    load(url, context, next) {
      if (url.includes('/@opentelemetry/') && !url.includes('/@opentelemetry/api/')) process.stderr.write('loaded ' + url + '\\n');
      return next(url, context);
    },
  });
`;

let receiver: OtlpReceiver;
const running: VecheProcess[] = [];

beforeEach(async () => {
  receiver = await OtlpReceiver.start();
});
afterEach(async () => {
  for (const veche of running.splice(0)) await veche.kill();
  await receiver.close();
});

type Serving = Awaited<ReturnType<typeof VecheProcess.serve>>;

async function serve(flags: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Serving> {
  const veche = await VecheProcess.serve([...flags, '--log-format', 'json'], { env, preload: TELL_LOADED });
  running.push(veche);
  return veche;
}

async function call({ port }: Serving): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/stats`);
  expect(answer.status).toBe(200);
}

async function stop(veche: Serving): Promise<void> {
  veche.signal('SIGTERM');
  expect(await veche.exitCode).toBe(0);
}

const STORAGES: readonly (readonly [name: string, start: () => Promise<SharedData | undefined>])[] = [
  ['memory', async () => undefined],
  ...SHARED_STORAGES.filter(([name]) => name !== 'Redis Cluster'),
];

test.each(STORAGES)('nothing of OpenTelemetry is loaded without an endpoint, on %s', async (_name, start) => {
  const data = await start();
  const { storage = 'memory', redis, postgres } = data?.config ?? {};
  const veche = await serve(['--storage', storage], {
    ...(redis !== undefined && { VECHE_REDIS_URL: redis.urls.join() }),
    ...(postgres !== undefined && { VECHE_POSTGRES_URL: postgres.url }),
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  });
  await call(veche);
  await stop(veche);
  expect(veche.errors).toBe('');
  await data?.close();
});

test('with one it is, its own variables name the server and say how spans travel, and the last come before the end', async () => {
  const veche = await serve(['--otlp-endpoint', receiver.url], {
    OTEL_SERVICE_NAME: 'tea-room',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=not-this-one',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=s3cret',
    OTEL_BSP_SCHEDULE_DELAY: '1',
  });
  expect(veche.errors).toContain('/@opentelemetry/sdk-trace/');
  await call(veche);
  await receiver.until(() => receiver.named('GET /v1/stats').length === 1);
  expect(receiver.resource).toMatchObject({
    'service.name': 'tea-room',
    'service.instance.id': expect.any(String),
    'deployment.environment.name': 'test',
  });
  expect(receiver.requests[0]!.headers['x-key']).toBe('s3cret');
  await call(veche);
  await stop(veche);
  expect(receiver.named('GET /v1/stats')).toHaveLength(2);
});
