/** Whose trace a call belongs to, what the log says of it, and what failures look like, on both APIs. */

import { afterEach, describe, expect, test } from 'vitest';
import { startApp, type App } from '../../src/app.ts';
import { StatsService } from '../../src/gen/veche/v1/stats_pb.js';
import { createLogger } from '../../src/observability/logger.ts';
import { openMemoryStorage } from '../../src/storage/memory/open-memory-storage.ts';
import { type Storage, StorageUnavailableError } from '../../src/storage/storage.ts';
import { testConfig } from '../support/test-config.ts';
import { disturbed } from '../support/disturbed-storage.ts';
import { GrpcClient } from '../support/grpc-client.ts';
import { OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const CALLER_SPAN_ID = 'b7ad6b7169203331';
const RECORDED = `00-${TRACE_ID}-${CALLER_SPAN_ID}-01`;
const NOT_RECORDED = `00-${TRACE_ID}-${CALLER_SPAN_ID}-00`;

type Line = Readonly<Record<string, unknown>>;

const scenes: Scene[] = [];
afterEach(async () => {
  for (const scene of scenes.splice(0)) await scene.end();
});

/** A server whose statistics are asked for, its log and its traces. */
class Scene {
  readonly lines: Line[] = [];
  readonly #receiver: OtlpReceiver;
  #app: App | undefined;
  #client: GrpcClient | undefined;

  private constructor(receiver: OtlpReceiver) {
    this.#receiver = receiver;
  }

  static async begin(sampleRatio = 1, storage: Storage = openMemoryStorage()): Promise<Scene> {
    const receiver = await OtlpReceiver.start();
    const scene = new Scene(receiver);
    scenes.push(scene);
    const config = testConfig({
      reflection: false,
      logLevel: 'debug',
      tracing: { endpoint: receiver.url, sampleRatio },
    });
    const log = createLogger(config, { write: (line) => scene.lines.push(JSON.parse(line) as Line) });
    scene.#app = await startApp(config, { log, storage });
    scene.#client = new GrpcClient(`127.0.0.1:${scene.#app.address.port}`);
    return scene;
  }

  /** Asks for the statistics with these headers; a refusal is an answer, too. */
  async ask(api: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    if (api === 'gRPC') {
      await this.#client!.call(StatsService.method.getStats, {}, { metadata: headers }).catch(() => {});
    } else {
      const answer = await fetch(`http://127.0.0.1:${this.#app!.address.port}/v1/stats`, { headers });
      await answer.text();
    }
  }

  /** The lines that answered calls leave. */
  get answered(): readonly Line[] {
    return this.lines.filter(({ msg }) => msg === 'call answered');
  }

  /** Ends the server, which sends all of its spans. */
  async spans(): Promise<readonly ReceivedSpan[]> {
    await this.#app!.close();
    return this.#receiver.spans;
  }

  /** The spans of calls. */
  async calls(): Promise<readonly ReceivedSpan[]> {
    return (await this.spans()).filter(({ name }) => !name.startsWith('storage.'));
  }

  async end(): Promise<void> {
    this.#client?.close();
    await this.#app?.close();
    await this.#receiver.close();
  }
}

describe.each(['gRPC', 'HTTP'])('a call over %s', (api) => {
  test('belongs to the trace that its caller names', async () => {
    const scene = await Scene.begin();
    await scene.ask(api, { traceparent: RECORDED, tracestate: 'vendor=1' });
    expect(await scene.calls()).toMatchObject([
      { traceId: TRACE_ID, parentSpanId: CALLER_SPAN_ID, traceState: 'vendor=1' },
    ]);
  });

  test('begins a trace of its own where its caller names none, or none that can be read', async () => {
    const scene = await Scene.begin();
    await scene.ask(api);
    await scene.ask(api, { traceparent: 'nonsense' });
    await scene.ask(api, { traceparent: `00-${'0'.repeat(32)}-${CALLER_SPAN_ID}-01` });
    const calls = await scene.calls();
    expect(calls.map(({ parentSpanId = '' }) => parentSpanId)).toStrictEqual(['', '', '']);
    expect(new Set([TRACE_ID, ...calls.map(({ traceId }) => traceId)]).size).toBe(4);
  });

  test('is recorded if its caller has it so, whatever share of the others is', async () => {
    const [none, all] = await Promise.all([Scene.begin(0), Scene.begin(1)]);
    for (const scene of [none, all]) {
      await scene.ask(api);
      await scene.ask(api, { traceparent: RECORDED });
      await scene.ask(api, { traceparent: NOT_RECORDED });
    }
    expect((await none.calls()).map(({ traceId }) => traceId)).toStrictEqual([TRACE_ID]);
    expect((await all.calls()).map(({ traceId }) => traceId)).toStrictEqual([expect.any(String), TRACE_ID]);
  });

  test('is named by the line that it leaves in the log', async () => {
    const scene = await Scene.begin();
    await scene.ask(api, { traceparent: RECORDED });
    const [call] = await scene.calls();
    expect(scene.answered).toMatchObject([{ trace_id: TRACE_ID, span_id: call!.spanId }]);
  });

  test('is so, too, if it is not recorded', async () => {
    const scene = await Scene.begin();
    await scene.ask(api, { traceparent: NOT_RECORDED });
    expect(await scene.calls()).toStrictEqual([]);
    expect(scene.answered).toMatchObject([{ trace_id: TRACE_ID, span_id: expect.stringMatching(/^[0-9a-f]{16}$/) }]);
  });

  test('that fails is named by the line that says why, and its span says which failure it was, not in what words', async () => {
    const secret = 'what the driver says';
    const failures = {
      STORAGE_UNAVAILABLE: new StorageUnavailableError(secret),
      INTERNAL: new Error(secret),
    };
    for (const [code, failure] of Object.entries(failures)) {
      const before = (operation: string): void => {
        if (operation === 'getStats') throw failure;
      };
      const scene = await Scene.begin(1, disturbed(openMemoryStorage(), { before }));
      await scene.ask(api, { traceparent: RECORDED });
      const spans = await scene.spans();
      const failed = scene.lines.find(({ err }) => err !== undefined);
      expect(failed).toMatchObject({ code, trace_id: TRACE_ID, span_id: spans.find(isCall)?.spanId });
      expect(spans.find(isCall)).toMatchObject({
        attributes: { 'veche.code': code, 'error.type': code },
        status: { code: 2 },
      });
      expect(spans.find((span) => !isCall(span))).toMatchObject({
        name: 'storage.getStats',
        attributes: { 'error.type': failure.name },
        status: { code: 2 },
      });
      expect(JSON.stringify(spans)).not.toContain(secret);
    }
  });
});

function isCall({ name }: ReceivedSpan): boolean {
  return !name.startsWith('storage.');
}

test('lines that belong to no call name no trace', async () => {
  const scene = await Scene.begin();
  await scene.ask('HTTP');
  await scene.spans();
  const others = scene.lines.filter(({ msg }) => msg !== 'call answered');
  expect(others.filter((line) => 'trace_id' in line)).toStrictEqual([]);
});
