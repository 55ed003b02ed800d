/** Rates of instances that share a storage: what was spent on one is not there to be spent on the other. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SessionService } from '../../src/gen/veche/v1/session_pb.js';
import { GrpcError } from '../support/grpc-error.ts';
import type { GrpcClient } from '../support/grpc-client.ts';
import { Person } from '../support/person.ts';
import { SHARED_STORAGES, type SharedData } from '../support/shared-storages.ts';
import { startTestApp, type TestApp } from '../support/test-app.ts';

const BURST = 1_000;
const AT_ONCE = 50;
/** So long that next to nothing is given back meanwhile. */
const PERIOD_MS = 24 * 3_600_000;

describe.each(SHARED_STORAGES)('two instances on %s', (_name, start) => {
  let data: SharedData;
  let one: TestApp;
  let other: TestApp;

  beforeAll(async () => {
    data = await start();
    const options = { config: data.config, rates: { session: { burst: BURST, periodMs: PERIOD_MS } } };
    [one, other] = await Promise.all([startTestApp(options), startTestApp(options)]);
  });
  afterAll(async () => {
    await Promise.all([one?.close(), other?.close()]);
    await data?.close();
  });

  test('share the rate of a session, and leave others theirs', async () => {
    const ann = await Person.enter(one.client, 'Ann');
    let taken = 0;
    while (taken < BURST) {
      const calls = Array.from({ length: AT_ONCE }, () => isTaken(ann, one.client));
      taken += (await Promise.all(calls)).filter(Boolean).length;
    }
    expect(await isTaken(ann, one.client)).toBe(false);

    let takenElsewhere = 0;
    while (takenElsewhere < BURST && (await isTaken(ann, other.client))) takenElsewhere += 1;
    expect(takenElsewhere).toBeLessThan(BURST);
    expect(await isTaken(await Person.enter(other.client, 'Ben'), other.client)).toBe(true);
  });
});

/** Whether one more call is not too many. @throws what it fails with else */
async function isTaken({ token }: Person, client: GrpcClient): Promise<boolean> {
  try {
    await client.call(SessionService.method.getSession, {}, { token });
    return true;
  } catch (error) {
    if (error instanceof GrpcError && error.reason === 'RATE_LIMITED') return false;
    throw error;
  }
}
