/**
 * Attacks a server while it is told to, with no more than a fraction of a core: what is measured is what the server does about
 * it, not how the machine divides itself. `attacker.ts <kind> <port>`
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { ATTACKS } from '../../tests/support/attacks.ts';

/** Of a core. */
const CPU_SHARE = 0.2;

/** What the process that started it says. */
export type Order = 'attack' | 'rest';

const [kind = '', port] = process.argv.slice(2);
const attack = ATTACKS[kind];
if (attack === undefined) throw new Error(`there is no attack ${kind}`);
const victim = { port: Number(port) };
let resting = new AbortController();
let running = Promise.resolve();

async function attackOn({ signal }: AbortController): Promise<void> {
  while (!signal.aborted) {
    const startedAt = performance.now();
    const { user, system } = process.cpuUsage();
    await attack?.(victim);
    const used = process.cpuUsage({ user, system });
    const owedMs = (used.user + used.system) / 1_000 / CPU_SHARE - (performance.now() - startedAt);
    if (owedMs > 0) await sleep(owedMs);
  }
}

process.on('message', (order: Order) => {
  if (order === 'attack') {
    resting = new AbortController();
    running = attackOn(resting);
    process.send?.(order);
  } else {
    resting.abort();
    void running.then(() => process.send?.(order));
  }
});
process.on('disconnect', () => process.exit(0));
