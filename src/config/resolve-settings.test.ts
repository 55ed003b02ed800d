import { describe, expect, test } from 'vitest';
import { describeSettings } from './describe-settings.ts';
import { resolveSettings, WrongSettings, type ResolvedSettings, type SettingRule } from './resolve-settings.ts';
import { redisUrls } from './server-url.ts';
import { duration, oneOf, path, wholeNumber, type SettingTable } from './setting.ts';
import { flagOf, type Source } from './source.ts';

const TABLE = {
  port: { group: 'A', kind: wholeNumber({ min: 0, max: 65_535 }), default: 8080, description: 'the port' },
  ttl: { group: 'A', kind: duration({ min: 1_000, max: 60_000 }), default: undefined, description: 'how long' },
  format: { group: 'A', kind: oneOf('json', 'pretty'), default: 'json', description: 'how it looks' },
  'admin-token': { group: 'A', kind: path(), default: undefined, description: 'who may do all', secret: true },
  config: { group: 'A', kind: path(), default: undefined, description: 'the file' },
} as const satisfies SettingTable;

const RULE: SettingRule<typeof TABLE> = {
  concerns: ['port', 'ttl'],
  problem: ({ values: { port, ttl } }) => (port === 1 && ttl === undefined ? 'port 1 needs ttl' : undefined),
};

interface Given {
  readonly flags?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

function resolve({ flags = {}, env = {}, files = {} }: Given): ResolvedSettings<typeof TABLE> | WrongSettings {
  const readFile = (name: string): string => {
    const text = files[name];
    if (text === undefined) throw new Error('no such file');
    return text;
  };
  return resolveSettings(TABLE, { flags: flagSource(flags), env, readFile }, [RULE]);
}

function flagSource(flags: Readonly<Record<string, string>>): Source {
  const values = Object.entries(flags).map(([name, text]) => [name, { text, origin: flagOf(name) }] as const);
  return { values: new Map(values), problems: [] };
}

function accepted(given: Given): ResolvedSettings<typeof TABLE> {
  const settings = resolve(given);
  if (settings instanceof WrongSettings) throw new Error(settings.problems.join('\n'));
  return settings;
}

function problems(given: Given): readonly string[] {
  const settings = resolve(given);
  return settings instanceof WrongSettings ? settings.problems : [];
}

describe('the value of a setting', () => {
  const files = { 'veche.yaml': 'port: 3' };

  test('is its default when nobody gives one', () => {
    const { values, origins } = accepted({});
    expect(values).toStrictEqual({
      port: 8080,
      ttl: undefined,
      format: 'json',
      'admin-token': undefined,
      config: undefined,
    });
    expect(origins.port).toBe('default');
  });

  test('from the file wins over the default', () => {
    const { values, origins } = accepted({ env: { VECHE_CONFIG: 'veche.yaml' }, files });
    expect([values.port, origins.port]).toStrictEqual([3, 'veche.yaml']);
  });

  test('from a variable wins over the file', () => {
    const { values, origins } = accepted({ flags: { config: 'veche.yaml' }, env: { VECHE_PORT: '2' }, files });
    expect([values.port, origins.port]).toStrictEqual([2, 'VECHE_PORT']);
  });

  test('from a flag wins over a variable and the file', () => {
    const { values, origins } = accepted({
      flags: { port: '4', config: 'veche.yaml' },
      env: { VECHE_PORT: '2' },
      files,
    });
    expect([values.port, origins.port]).toStrictEqual([4, '--port']);
  });

  test('is judged only if it wins', () => {
    expect(accepted({ flags: { port: '4' }, env: { VECHE_PORT: 'nonsense' } }).values.port).toBe(4);
  });

  test('can be taken back to none where there is no default', () => {
    const given = { flags: { ttl: 'none', config: 'veche.yaml' }, files: { 'veche.yaml': 'ttl: 5s' } };
    const { values, origins } = accepted(given);
    expect([values.ttl, origins.ttl]).toStrictEqual([undefined, '--ttl']);
  });

  test('is the default where a variable is empty', () => {
    expect(accepted({ env: { VECHE_PORT: '' } }).values.port).toBe(8080);
  });

  test('comes from the file that the flag names, not from the one that the variable names', () => {
    const given = { flags: { config: 'veche.yaml' }, env: { VECHE_CONFIG: 'missing.yaml' }, files };
    expect(accepted(given).values.port).toBe(3);
  });
});

describe('wrong settings', () => {
  test('are reported all at once, with the setting, its source, its value and what is allowed', () => {
    expect(
      problems({
        flags: { port: '65536', config: 'veche.yaml' },
        env: { VECHE_TTL: '2h', VECHE_FORMATS: 'json' },
        files: { 'veche.yaml': 'format: xml\nprot: 1\n' },
      }),
    ).toStrictEqual([
      'unknown variable VECHE_FORMATS; did you mean VECHE_FORMAT?',
      'veche.yaml: unknown setting prot; did you mean port?',
      'port is "65536" (--port); it must be a whole number from 0 to 65535',
      'ttl is "2h" (VECHE_TTL); it must be a duration from 1s to 1m, such as 1500ms, 90s or 1h30m, or none',
      'format is "xml" (veche.yaml); it must be one of json, pretty',
    ]);
  });

  test('do not show the value of a secret', () => {
    const [problem, ...others] = problems({ flags: { 'admin-token': '' } });
    expect(problem).toBe('admin-token is *** (--admin-token); it must be the path of a file, or none');
    expect(others).toStrictEqual([]);
  });

  test('refuse an empty flag', () => {
    expect(problems({ flags: { port: '' } })).toHaveLength(1);
  });

  test('refuse none where there is a default', () => {
    expect(problems({ flags: { port: 'none' } })).toHaveLength(1);
  });
});

describe('a rule over several settings', () => {
  test('is broken by the values that are in effect, together with whatever else is wrong', () => {
    expect(problems({ flags: { port: '1' }, env: { VECHE_FORMAT: 'xml' } })).toStrictEqual([
      'format is "xml" (VECHE_FORMAT); it must be one of json, pretty',
      'port 1 needs ttl',
    ]);
  });

  test('is kept by values from different sources', () => {
    expect(problems({ flags: { port: '1' }, env: { VECHE_TTL: '1s' } })).toStrictEqual([]);
  });

  test('is not judged where one of its settings alone is wrong', () => {
    expect(problems({ flags: { port: '1', ttl: 'soon' } })).toHaveLength(1);
  });
});

describe('a secret', () => {
  test('is read from the file that its variable names, without the line feed at its end', () => {
    const given = { env: { VECHE_ADMIN_TOKEN_FILE: '/run/token' }, files: { '/run/token': 's3cret\n' } };
    const { values, origins } = accepted(given);
    expect([values['admin-token'], origins['admin-token']]).toStrictEqual(['s3cret', 'VECHE_ADMIN_TOKEN_FILE']);
  });

  test('may not be given in both ways', () => {
    const env = { VECHE_ADMIN_TOKEN: 'a', VECHE_ADMIN_TOKEN_FILE: '/run/token' };
    expect(problems({ env, files: { '/run/token': 'b' } })).toStrictEqual([
      'admin-token: only one of VECHE_ADMIN_TOKEN and VECHE_ADMIN_TOKEN_FILE may be set',
    ]);
  });

  test('must be readable', () => {
    expect(problems({ env: { VECHE_ADMIN_TOKEN_FILE: '/run/token' } })).toStrictEqual([
      'admin-token: cannot read "/run/token" (VECHE_ADMIN_TOKEN_FILE): no such file',
    ]);
  });

  test('is the only kind of setting with a variable for a file', () => {
    expect(problems({ env: { VECHE_PORT_FILE: '/run/port' } })).toHaveLength(1);
  });
});

describe('the description of settings', () => {
  const settings = accepted({
    flags: { ttl: '1m', 'admin-token': 's3cret', config: 'veche.yaml' },
    env: { VECHE_PORT: '1' },
    files: { 'veche.yaml': 'format: pretty' },
  });

  test('shows every value and where it came from, with secrets masked', () => {
    expect(describeSettings(TABLE, settings)).toBe(
      [
        'port: 1               # VECHE_PORT',
        'ttl: 1m               # --ttl',
        'format: pretty        # veche.yaml',
        'admin-token: "***"    # --admin-token',
        '# config: veche.yaml  # --config',
        '',
      ].join('\n'),
    );
  });

  test('shows of a secret what its kind lets everybody see', () => {
    const table = {
      server: { group: 'A', kind: redisUrls(), default: undefined, description: 'where', secret: true },
    } as const satisfies SettingTable;
    const values = { server: ['redis://ann:s3cret@a'] };
    expect(describeSettings(table, { values, origins: { server: '--server' } })).toBe(
      'server: redis://ann:***@a  # --server\n',
    );
  });

  test('keeps a long value on its line', () => {
    const long = `/etc/${'veche and more '.repeat(20)}.yaml`;
    const lines = describeSettings(
      TABLE,
      accepted({ flags: { 'admin-token': 'x', config: long }, files: { [long]: '' } }),
    );
    expect(lines).toContain(`# config: ${long}  # --config\n`);
  });

  test('is a file with the same settings', () => {
    const files = { 'again.yaml': describeSettings(TABLE, settings).replace('"***"', 's3cret') };
    const again = accepted({ flags: { config: 'again.yaml' }, files });
    expect(again.values).toStrictEqual({ ...settings.values, config: 'again.yaml' });
  });
});
