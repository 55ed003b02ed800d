/** Reads answers of Redis as what they should be. What is not was stored by somebody else, or damaged. */

import { NEVER } from '../../domain/lifetime.ts';
import { DamagedRecordError } from './failures.ts';
import type { Reply } from './redis-connection.ts';

/** An answer that is a list. @throws DamagedRecordError */
export function listOf(reply: Reply | undefined): readonly Reply[] {
  if (Array.isArray(reply)) return reply as readonly Reply[];
  throw new DamagedRecordError(`Redis answered ${typeof reply} where a list was expected`);
}

/** An answer that is a list of texts. @throws DamagedRecordError */
export function textsOf(reply: Reply | undefined): readonly string[] {
  return listOf(reply).map(textOf);
}

/** An answer that is a text. @throws DamagedRecordError */
export function textOf(reply: Reply | undefined): string {
  if (typeof reply === 'string') return reply;
  throw new DamagedRecordError(`Redis answered ${typeof reply} where a text was expected`);
}

/** A number, as a number or written out; 'inf' is NEVER. @throws DamagedRecordError */
export function numberOf(reply: Reply | undefined): number {
  if (reply === 'inf') return NEVER;
  const number = typeof reply === 'string' && reply !== '' ? Number(reply) : reply;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new DamagedRecordError(`Redis answered ${String(reply).slice(0, 40)} where a number was expected`);
}

/** A number that may be absent: nothing, or an empty text. @throws DamagedRecordError */
export function optionalNumberOf(reply: Reply | undefined): number | undefined {
  return reply === '' || reply === null || reply === undefined ? undefined : numberOf(reply);
}
