/** The check that a reader got the script: every line, once, in order, by whom it was spoken. */

import type { Message } from '../../src/gen/veche/v1/message_pb.js';
import type { Line } from './script.ts';

/**
 * Compares messages with the script, whose first line is message 1.
 * @param options.from the seq of the first message that is expected.
 * @param options.without whose lines do not matter.
 * @returns the first difference in words; undefined if there is none.
 */
export function findDifference(
  script: readonly Line[],
  got: readonly Message[],
  { from = 1, without }: { readonly from?: number; readonly without?: string | undefined } = {},
): string | undefined {
  const all = script.map((line, index) => ({ line, seq: index + 1 }));
  const expected = all.filter(({ line, seq }) => seq >= from && line.speaker !== without);
  const messages = got.filter(({ author }) => without === undefined || author?.displayName !== without);
  for (const [index, { line, seq }] of expected.entries()) {
    const message = messages[index];
    if (message === undefined) return `nothing at message ${seq}, where «${line.text}» was expected`;
    if (message.seq !== BigInt(seq)) return `message ${message.seq} where message ${seq} was expected`;
    if (message.text !== line.text) return `message ${seq} is «${message.text}», not «${line.text}»`;
    if (message.author?.displayName !== line.speaker) {
      return `message ${seq} is by ${message.author?.displayName}, not by ${line.speaker}`;
    }
  }
  const more = messages[expected.length];
  return more === undefined ? undefined : `message ${more.seq}, «${more.text}», after the end`;
}
