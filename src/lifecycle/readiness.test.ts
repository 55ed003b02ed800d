import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { recordedLog } from '../../tests/support/recorded-log.ts';
import { startReadiness, type Readiness } from './readiness.ts';

const DEADLINE_MS = 30;

/** The two ends of a connection. */
async function connectedPair(): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const far = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [near] = (await once(server, 'connection')) as [Socket];
  server.close();
  onTestFinished(() => void far.destroy());
  return [near, far];
}

/** A storage that answers or not, as it is told, and whoever follows it. */
class Scene {
  readonly log = recordedLog();
  readonly changes: boolean[] = [];
  readonly readiness: Readiness;
  readonly #onPing: () => Promise<void>;
  #answers: boolean[] = [];
  #isDone = Promise.withResolvers<void>();

  constructor({ silenceMs = 0, onPing = async () => {} }: { silenceMs?: number; onPing?: () => Promise<void> } = {}) {
    this.#onPing = onPing;
    this.readiness = startReadiness({
      storage: { ping: () => this.#ping() },
      onChange: (ready) => this.changes.push(ready),
      log: this.log,
      intervalMs: 1,
      deadlineMs: DEADLINE_MS,
      silenceMs,
    });
  }

  /** Waits until the storage was asked this often and what came of it is known; after that it answers. */
  async answer(...answers: readonly boolean[]): Promise<void> {
    this.#answers = [...answers];
    this.#isDone = Promise.withResolvers();
    await this.#isDone.promise;
  }

  async #ping(): Promise<void> {
    const answer = this.#answers.shift();
    if (answer === undefined) this.#isDone.resolve();
    if (answer === false) throw new Error('no answer');
    if (answer === true) await this.#onPing();
  }
}

describe('the server is', () => {
  let scene: Scene;
  afterEach(() => scene.readiness.close());

  test('ready when it has started', () => {
    scene = new Scene();
    expect(scene.changes).toStrictEqual([true]);
  });

  test('still ready when the storage fails to answer now and then', async () => {
    scene = new Scene();
    await scene.answer(false, true, false, true);
    expect(scene.changes).toStrictEqual([true]);
  });

  test('not ready when the storage has failed to answer twice in a row, and ready when it answers again', async () => {
    scene = new Scene();
    await scene.answer(false, false, false, false, true);
    expect(scene.changes).toStrictEqual([true, false, true]);
    expect(scene.log.lines).toStrictEqual(['warn: the storage does not answer', 'info: the storage answers again']);
  });

  test('still ready when the storage has failed to answer many times in a row, but not for long', async () => {
    scene = new Scene({ silenceMs: 3_600_000 });
    await scene.answer(...Array<boolean>(50).fill(false), true);
    expect(scene.changes).toStrictEqual([true]);
  });

  test('still ready when the process stood still for longer than an answer may take', async () => {
    const [near, far] = await connectedPair();
    scene = new Scene({
      onPing: async () => {
        const answer = once(far, 'data');
        // After what has come in is read, and before it is looked at which timers are due.
        setImmediate(() => {
          near.write('!');
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3 * DEADLINE_MS);
        });
        await answer;
      },
    });
    await scene.answer(true, true, true, true);
    expect(scene.changes).toStrictEqual([true]);
    expect(scene.log.lines).toStrictEqual([]);
  });

  test('not ready when the storage hangs', async () => {
    const never = new Promise<void>(() => {});
    scene = new Scene({ onPing: () => never });
    await scene.answer(true, true, true);
    expect(scene.changes).toStrictEqual([true, false]);
  });

  test('not ready once it shuts down, whatever the storage answers', async () => {
    scene = new Scene();
    scene.readiness.shutDown();
    await scene.answer(true, true);
    expect(scene.changes).toStrictEqual([true, false]);
  });
});
