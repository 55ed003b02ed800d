import { describe, expect, test } from 'vitest';
import { SETTINGS } from './settings.ts';
import { readSettingsFile } from './settings-file.ts';

function read(text: string): { values: Record<string, string>; problems: readonly string[] } {
  const { values, problems } = readSettingsFile(SETTINGS, 'veche.yaml', () => text);
  return { values: Object.fromEntries([...values].map(([name, value]) => [name, value.text])), problems };
}

describe('a settings file', () => {
  test('gives values as they are written', () => {
    const { values, problems } = read('# ours\nport: 0x50\nhost: "::"\nreflection: no\nmax-chat-ttl: 1h30m # short\n');
    expect(values).toStrictEqual({ port: '0x50', host: '::', reflection: 'no', 'max-chat-ttl': '1h30m' });
    expect(problems).toStrictEqual([]);
  });

  test.each(['', '# nothing\n', '---\n'])('may be empty: %j', (text) => {
    expect(read(text)).toStrictEqual({ values: {}, problems: [] });
  });

  test('sets nothing where a key has no value', () => {
    expect(read('port:\nhost: ""\n')).toStrictEqual({ values: {}, problems: [] });
  });

  test('has no unknown keys', () => {
    expect(read('prot: 1\n__proto__: 1\nport: 1\n')).toStrictEqual({
      values: { port: '1' },
      problems: ['veche.yaml: unknown setting prot; did you mean port?', 'veche.yaml: unknown setting __proto__'],
    });
  });

  test('does not name another file', () => {
    expect(read('config: other.yaml').problems).toStrictEqual(['veche.yaml: unknown setting config']);
  });

  test.each(['port: [1]', 'port: { a: 1 }'])('has no nested values: %s', (text) => {
    expect(read(text).problems).toStrictEqual([
      'port is a list or a mapping (veche.yaml); it must be a whole number from 0 to 65535',
    ]);
  });

  test.each(['just text', '- a\n- b'])('is a mapping, not %j', (text) => {
    expect(read(text).problems).toStrictEqual([
      'veche.yaml: must be a mapping of settings to values, such as "port: 8080"',
    ]);
  });

  test('must be YAML, without a key twice', () => {
    expect(read('port: "1').problems).toStrictEqual([expect.stringMatching(/^veche\.yaml: .*line 1/)]);
    expect(read('port: 1\nport: 2').problems).toStrictEqual([expect.stringMatching(/^veche\.yaml: .*unique/)]);
  });

  test.each([
    ['port: *other', /alias/],
    [`a: &a [1]\nb: &b [${'*a,'.repeat(99)}]\nc: [${'*b,'.repeat(99)}]`, /alias/],
  ])('refers to nothing that is missing or without measure', (text, problem) => {
    expect(read(text).problems).toStrictEqual([expect.stringMatching(problem)]);
  });

  test('is not shown where it is no YAML, as a secret may stand there', () => {
    expect(read('host: "s3cret')).toStrictEqual({
      values: {},
      problems: [expect.stringMatching(/^veche\.yaml: (?!.*s3cret).*line 1, column \d+$/s)],
    });
  });

  test('must be readable', () => {
    const { problems } = readSettingsFile(SETTINGS, 'veche.yaml', () => {
      throw new Error('no such file');
    });
    expect(problems).toStrictEqual(['config: cannot read "veche.yaml": no such file']);
  });
});
