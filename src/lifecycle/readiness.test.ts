import { afterEach, describe, expect, test } from 'vitest';
import { recordedLog } from '../../tests/support/recorded-log.ts';
import { startReadiness, type Readiness } from './readiness.ts';

/** A storage that answers or not, as it is told, and whoever follows it. */
class Scene {
  readonly log = recordedLog();
  readonly changes: boolean[] = [];
  readonly readiness: Readiness;
  #answers: boolean[] = [];
  #isDone = Promise.withResolvers<void>();

  constructor() {
    this.readiness = startReadiness({
      storage: { ping: () => this.#ping() },
      onChange: (ready) => this.changes.push(ready),
      log: this.log,
      intervalMs: 1,
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
    await scene.answer(false, false, true, false, false, true);
    expect(scene.changes).toStrictEqual([true]);
  });

  test('not ready when the storage has failed to answer three times in a row, and ready when it answers again', async () => {
    scene = new Scene();
    await scene.answer(false, false, false, false, true);
    expect(scene.changes).toStrictEqual([true, false, true]);
    expect(scene.log.lines).toStrictEqual([
      ...Array<string>(4).fill('warn: the storage does not answer'),
      'info: the storage answers again',
    ]);
  });

  test('not ready once it shuts down, whatever the storage answers', async () => {
    scene = new Scene();
    scene.readiness.shutDown();
    await scene.answer(true, true);
    expect(scene.changes).toStrictEqual([true, false]);
  });
});
