import { describe, expect, test } from 'vitest';
import { duplicateMembers } from './duplicate-members.ts';

function duplicatesIn(json: string): readonly string[] {
  return [...duplicateMembers(Buffer.from(json), Object.keys(JSON.parse(json) as object).length)];
}

describe('members that stand twice', () => {
  test.each<[string, readonly string[]]>([
    ['{}', []],
    ['{"a":1,"b":2}', []],
    ['{"a":1,"a":2}', ['a']],
    ['{"a":1,"b":2,"a":3,"b":4,"a":5}', ['a', 'b']],
    ['{ "a" : 1 , "a"\n:\t2 }', ['a']],
    [String.raw`{"a":1,"\u0061":2}`, ['a']],
    ['{"a":":","b":"a:"}', []],
    [String.raw`{"a":"\"a\":1,\\","b":2}`, []],
    [String.raw`{"a":"\\","a":"\\\""}`, ['a']],
    ['{"":1,"":2}', ['']],
    ['{"a":{"b":1,"b":2},"b":{"a":3}}', []],
    ['{"a":[{"a":1},"a"],"a":"]}"}', ['a']],
  ])('in %s', (json, expected) => {
    expect(duplicatesIn(json)).toEqual(expected);
  });
});
