/** New ids: UUIDs of version 7, which rise with time, from a pool of random bytes: asking the kernel for each costs more than the id. */

import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const ID_BYTES = 16;
const POOL_IDS = 256;

const pool = new Uint8Array(ID_BYTES * POOL_IDS);
let used = pool.length;
let lastMs = 0;
let sequence = 0;

/** A new UUID in lower case, never given before; of this process's ids each is higher than the one before. */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, (used += ID_BYTES));
  const nowMs = Date.now();
  if (nowMs > lastMs) {
    lastMs = nowMs;
    // Half of the range is left to count up in.
    sequence = new DataView(random.buffer, random.byteOffset).getUint32(6) >>> 1;
  } else {
    sequence = (sequence + 1) >>> 0;
    if (sequence === 0) lastMs++;
  }
  return v7({ random, msecs: lastMs, seq: sequence });
}
