/** Floods from one client on a real process: its memory is bounded, and a well-behaved client beside it gets every answer. */

import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ATTACKS } from '../support/attacks.ts';
import { FIRST } from '../support/certificates.ts';
import { GrpcClient } from '../support/grpc-client.ts';
import { Person } from '../support/person.ts';
import { httpsGet } from '../support/tls-client.ts';
import { VecheProcess } from '../support/veche-process.ts';

const ROUNDS = 5;
/** All that floods may hold, and what a process keeps for the next time. */
const MAX_GROWTH_MIB = 500;

/** What the process holds in memory. */
function residentMib(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

describe.each([
  ['in the clear', [], undefined],
  ['with TLS', ['--tls-cert', FIRST.certPath, '--tls-key', FIRST.keyPath], FIRST],
] as const)('%s, beside a flood of', (_how, flags, tls) => {
  let veche: VecheProcess & { readonly port: number };
  let client: GrpcClient;
  let anna: Person;
  let chatId: string;
  let before: number;

  beforeAll(async () => {
    veche = await VecheProcess.serve([...flags, '--max-users', '0']);
    client = new GrpcClient(`127.0.0.1:${veche.port}`, tls && readFileSync(tls.certPath));
    anna = await Person.enter(client);
    chatId = (await anna.openChat()).id;
    before = residentMib(veche.pid);
  });

  afterAll(async () => {
    client.close();
    veche.signal('SIGTERM');
    const code = await veche.exitCode;
    const errors = veche.lines.filter(({ level }) => level === 'error');
    if (code !== 0 || errors.length > 0) throw new Error(`exit code ${code}: ${JSON.stringify(errors)}`);
  });

  /** One call over each API; an answer that does not come is a failure. */
  async function ask(): Promise<void> {
    await anna.post(chatId, 'Слово');
    const status =
      tls === undefined
        ? (await fetch(`http://127.0.0.1:${veche.port}/v1/stats`)).status
        : (await httpsGet(veche.port, '/v1/stats')).status;
    if (status !== 200) throw new Error(`answered with ${status}`);
  }

  test.each(Object.entries(ATTACKS))('%s, all are answered, and the memory is bounded', async (_what, attack) => {
    const over = new AbortController();
    let most = 0;
    let asked = 0;
    const neighbour = async (): Promise<void> => {
      while (!over.signal.aborted) {
        await ask();
        asked++;
        most = Math.max(most, residentMib(veche.pid));
        await delay(10);
      }
    };
    const asking = neighbour();
    const victim = { port: veche.port, ca: tls?.cert };
    for (let round = 0; round < ROUNDS; round++) await attack(victim);
    over.abort();
    await asking;
    expect(asked).toBeGreaterThan(0);
    expect(most - before).toBeLessThan(MAX_GROWTH_MIB);
  });
});
