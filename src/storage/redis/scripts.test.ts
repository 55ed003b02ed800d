/** The scripts keep to what they promise: one slot, no clock, no numbers or words of their own. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { SCRIPTS } from './scripts.ts';

const SCRIPT_LIST = Object.values(SCRIPTS);

describe('scripts', () => {
  test('are the files that there are', () => {
    const files = readdirSync(join(import.meta.dirname, 'lua')).filter((name) => name.endsWith('.lua'));
    expect(SCRIPT_LIST.map(({ name }) => `${name}.lua`).toSorted()).toEqual(files.toSorted());
  });

  test('know their keys and arguments by the names in their headers', () => {
    const { scope, keys, args, source } = SCRIPTS['touch-session'];
    expect({ scope, keys, args }).toEqual({ scope: 'user', keys: ['session', 'chats'], args: ['now', 'graceMs'] });
    expect(source).toContain('local session = KEYS[1]\nlocal chats = KEYS[2]\nlocal now = tonumber(ARGV[1])');
  });

  test.each(SCRIPT_LIST)('$name has a header that says what it does and answers', ({ source, name }) => {
    const header = source.split('\n').filter((line) => line.startsWith('-- '));
    expect({ name, header: header.join('\n') }).toEqual({
      name,
      header: expect.stringMatching(/^-- KEYS (chat|user|rates|server): [\s\S]*^-- result: /m),
    });
  });

  test.each(SCRIPT_LIST)('$name has no clock, no duration and no key of its own', ({ source }) => {
    const code = source.replaceAll(/--.*$/gm, '');
    expect(code).not.toMatch(/'TIME'|os\.time|math\.random/);
    expect(code).not.toMatch(/\b\d{3,}\b/);
    expect(code).not.toMatch(/redis\.call\('[A-Z]+', '/);
  });

  test('that write are refused by a full Redis only where they begin something new', () => {
    const refused = SCRIPT_LIST.filter(
      ({ source }) => !source.startsWith('#!lua flags=allow-oom\n') && /'(HSET|ZADD|SET|HINCRBY)'/.test(source),
    );
    expect(refused.map(({ name }) => name)).toEqual([
      'announce-chat',
      'create-session',
      'make-chat',
      'open-data',
      'post-message',
      'spend-rates',
      'take-chat-place',
      'take-session-place',
    ]);
  });
});
