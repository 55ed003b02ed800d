/** How much memory callers can make the server hold, from what bounds them, and whether the machine has it. */

import { totalmem } from 'node:os';
import type { Log } from '../service/log.ts';

const MIB = 1024 * 1024;
/** Of the memory: what requests that are not all there may hold, and what may wait for those who do not read. */
const ARRIVING = { share: 1 / 16, minBytes: 32 * MIB, maxBytes: 256 * MIB };
const UNTAKEN = { share: 1 / 8, minBytes: 64 * MIB, maxBytes: 512 * MIB };
/**
 * What one connection can hold besides: the headers that are read of one request, what may be written before anybody waits
 * for the reader, and the objects that stand for it, with TLS.
 */
const CONNECTION_BYTES = (16 + 64 + 48) * 1024;
/** More than this part of the memory is a warning: the rest is for chats and sessions. */
const SENSIBLE_SHARE = 1 / 2;

/** In bytes, all callers together. */
export interface HeldBounds {
  readonly arriving: number;
  readonly untaken: number;
}

/** What this process may use: of a container its limit, otherwise what the machine has. */
export function availableMemoryBytes(): number {
  // Without a limit it is 0, or a number that no machine has.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** What may be held on a machine with so much memory. */
export function heldBounds(memoryBytes: number): HeldBounds {
  const part = ({ share, minBytes, maxBytes }: typeof ARRIVING): number =>
    Math.min(maxBytes, Math.max(minBytes, Math.floor(memoryBytes * share)));
  return { arriving: part(ARRIVING), untaken: part(UNTAKEN) };
}

/** The most that callers can make the server hold, part by part, and what there is, in MiB. */
export interface MemoryRule {
  /** Absent without a limit on connections. */
  readonly connectionsMib?: number;
  readonly arrivingMib: number;
  readonly untakenMib: number;
  readonly availableMib: number;
}

/** What the bounds come to on a machine with so much memory. */
export function memoryRule(
  { maxConnections }: { readonly maxConnections: number },
  memoryBytes = availableMemoryBytes(),
): MemoryRule {
  const { arriving, untaken } = heldBounds(memoryBytes);
  return {
    ...(maxConnections > 0 && { connectionsMib: inMib(maxConnections * CONNECTION_BYTES) }),
    arrivingMib: inMib(arriving),
    untakenMib: inMib(untaken),
    availableMib: inMib(memoryBytes),
  };
}

/** Warns, with what to change, where callers can make the server hold too much of its memory. */
export function warnOfMemory(log: Log, rule: MemoryRule): void {
  const { connectionsMib = Infinity, arrivingMib, untakenMib, availableMib } = rule;
  if (connectionsMib === Infinity) {
    log.warn(rule, 'what callers can make the server hold is not bounded: set max-connections');
  } else if (connectionsMib + arrivingMib + untakenMib > availableMib * SENSIBLE_SHARE) {
    log.warn(rule, 'callers can make the server hold more than half of its memory: lower max-connections');
  }
}

function inMib(bytes: number): number {
  return Math.round(bytes / MIB);
}
