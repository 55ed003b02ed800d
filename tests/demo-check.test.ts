/** What the demo relies on: its script, and its check of what a reader got. */

import { create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { findDifference } from '../examples/demo/check.ts';
import { parseScript, readScript, speakersOf } from '../examples/demo/script.ts';
import { MessageSchema, type Message } from '../src/gen/veche/v1/message_pb.js';

const SCRIPT = [
  { speaker: 'Bernardo', text: 'Long live the king!' },
  { speaker: 'Francisco', text: 'Bernardo?' },
  { speaker: 'Bernardo', text: 'He.' },
];
const [FIRST, SECOND, THIRD] = SCRIPT.map(({ speaker, text }, index) =>
  create(MessageSchema, { seq: BigInt(index + 1), text, author: { displayName: speaker } }),
) as [Message, Message, Message];

describe('the script', () => {
  test('is a conversation of at least 1,000 lines with at least ten speakers', () => {
    const script = readScript();

    expect(script.length).toBeGreaterThanOrEqual(1_000);
    expect(speakersOf(script).length).toBeGreaterThanOrEqual(10);
    expect(script[0]).toEqual({ speaker: 'Bernardo', text: "Who's there?" });
    expect(script.filter(({ speaker, text }) => speaker === '' || text.trim() !== text || text === '')).toEqual([]);
  });

  test('is written as names with their lines below', () => {
    const text = '# A comment\n\nBERNARDO\nLong live the king!\n\nFRANCISCO\nBernardo?\n\nBERNARDO\nHe.\n';

    expect(parseScript(text)).toEqual(SCRIPT);
  });
});

describe('the check of what a reader got', () => {
  test('finds nothing wrong with every line once and in order', () => {
    expect(findDifference(SCRIPT, [FIRST, SECOND, THIRD])).toBeUndefined();
    expect(findDifference(SCRIPT, [SECOND, THIRD], { from: 2 })).toBeUndefined();
  });

  test('leaves aside whose lines do not matter, whether they are there or not', () => {
    expect(findDifference(SCRIPT, [SECOND], { without: 'Bernardo' })).toBeUndefined();
    expect(findDifference(SCRIPT, [FIRST, SECOND], { without: 'Bernardo' })).toBeUndefined();
    expect(findDifference(SCRIPT, [FIRST, THIRD], { without: 'Bernardo' })).toBe(
      'nothing at message 2, where «Bernardo?» was expected',
    );
  });

  test.each<[string, Message[], string]>([
    ['a lost line', [FIRST, THIRD], 'message 3 where message 2 was expected'],
    ['a lost end', [FIRST, SECOND], 'nothing at message 3, where «He.» was expected'],
    ['a doubled line', [FIRST, FIRST, SECOND, THIRD], 'message 1 where message 2 was expected'],
    ['a doubled end', [FIRST, SECOND, THIRD, { ...THIRD, seq: 4n }], 'message 4, «He.», after the end'],
    ['two lines in the wrong order', [SECOND, FIRST, THIRD], 'message 2 where message 1 was expected'],
    ['an altered text', [FIRST, { ...SECOND, text: 'Bernardo!' }, THIRD], 'message 2 is «Bernardo!», not «Bernardo?»'],
    [
      'a wrong author',
      [FIRST, SECOND, { ...THIRD, author: SECOND.author }],
      'message 3 is by Francisco, not by Bernardo',
    ],
  ])('finds %s', (_, messages, difference) => {
    expect(findDifference(SCRIPT, messages)).toBe(difference);
  });
});
