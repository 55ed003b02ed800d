import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../domain/limits.ts';
import { DEFAULT_RATES, NO_RATES } from '../domain/rates.ts';
import { toConfig } from './config.ts';
import { resolveSettings, WrongSettings, type ResolvedSettings } from './resolve-settings.ts';
import { SETTING_RULES } from './setting-rules.ts';
import { settingsMarkdown } from './settings-markdown.ts';
import { SETTINGS, type ServerSettings } from './settings.ts';
import { rowsOf, variableOf } from './source.ts';

const NO_FLAGS = { values: new Map(), problems: [] };
const URLS = { VECHE_REDIS_URL: 'redis://a,redis://b', VECHE_POSTGRES_URL: 'postgres://a/veche' };
const COLLECTOR = { VECHE_OTLP_ENDPOINT: 'http://collector:4318' };
const FILES = { VECHE_TLS_CERT: 'a file', VECHE_TLS_KEY: 'a file' };

function resolve(env: NodeJS.ProcessEnv): ResolvedSettings<typeof SETTINGS> | WrongSettings {
  return resolveSettings(SETTINGS, { flags: NO_FLAGS, env, readFile: () => '' }, SETTING_RULES);
}

const defaults = resolve({}) as ResolvedSettings<typeof SETTINGS>;
/** Some settings matter only where others are set. */
const complete = resolve({
  ...URLS,
  ...FILES,
  ...COLLECTOR,
  VECHE_OPS_PORT: '9090',
}) as ResolvedSettings<typeof SETTINGS>;

describe('the settings of the server', () => {
  test.each(rowsOf(SETTINGS))('%s has a default that is allowed', (_name, setting) => {
    if (setting.default === undefined) return;
    expect(setting.kind.read(setting.kind.write(setting.default))).toEqual(setting.default);
  });

  test('start with the limits of the domain', () => {
    expect(toConfig(defaults.values)).toStrictEqual({
      port: 8080,
      host: '127.0.0.1',
      grpcPort: undefined,
      ops: undefined,
      tls: undefined,
      storage: 'memory',
      redis: undefined,
      postgres: undefined,
      adminToken: undefined,
      reflection: true,
      corsOrigins: [],
      limits: DEFAULT_LIMITS,
      maxConnections: 10_000,
      maxConnectionsPerAddress: 2_000,
      rates: DEFAULT_RATES,
      trustedProxies: [],
      drainDelayMs: 0,
      shutdownGraceMs: 10_000,
      drainSpreadMs: 3_000,
      maxConnectionAgeMs: 1_800_000,
      logLevel: 'info',
      logFormat: 'auto',
      tracing: undefined,
    });
  });

  test.each(rowsOf(SETTINGS).filter(([name]) => name !== 'config'))(
    '%s finds its way into the configuration',
    (name) => {
      const value = complete.values[name];
      const other = typeof value === 'boolean' ? !value : 'something else';
      const changed = { ...complete.values, [name]: other } as unknown as ServerSettings;
      expect(toConfig(changed)).not.toStrictEqual(toConfig(complete.values));
    },
  );

  test('say where the storages are that are servers of their own', () => {
    expect(toConfig(complete.values)).toMatchObject({
      redis: { urls: ['redis://a', 'redis://b'], prefix: 'veche', allowEviction: false },
      postgres: { url: 'postgres://a/veche', schema: 'veche', poolSize: 10, preparedStatements: true },
    });
  });

  test.each([
    ['redis', 'VECHE_REDIS_URL'],
    ['postgres', 'VECHE_POSTGRES_URL'],
  ])('that choose %s must name its server', (storage, variable) => {
    const { problems } = resolve({ VECHE_STORAGE: storage }) as WrongSettings;
    expect(problems).toStrictEqual([
      expect.stringMatching(new RegExp(`^${storage}-url is not set .*${variable}_FILE.*VECHE_STORAGE`)),
    ]);
    expect(resolve({ ...URLS, VECHE_STORAGE: storage })).not.toBeInstanceOf(WrongSettings);
  });

  test.each([
    ['VECHE_REDIS_URL', 'redis://ann:s3cret@host:port'],
    ['VECHE_POSTGRES_URL', 'postgres://ann:s3cret@host:port'],
    ['VECHE_POSTGRES_DIRECT_URL', 'ann:s3cret@host'],
    ['VECHE_OTLP_ENDPOINT', 'http://ann:s3cret@collector:4318'],
  ])('that are wrong do not show the password: %s', (variable, url) => {
    const { problems } = resolve({ [variable]: url }) as WrongSettings;
    expect(problems).toStrictEqual([expect.stringContaining(`(${variable}); it must be `)]);
    expect(problems.join()).not.toContain('s3cret');
  });

  test.each([
    ['redis-prefix', 'a{b}'],
    ['redis-prefix', ''],
    ['postgres-schema', 'pg_veche'],
    ['postgres-schema', 'Veche'],
    ['postgres-schema', 'a'.repeat(49)],
  ] as const)('have no %s %j', (name, text) => {
    expect(SETTINGS[name].kind.read(text)).toBeUndefined();
  });

  test.each(['', 'fifteen-letters', 'with spaces inside it', 'с-буквами-не-ASCII', 'x'.repeat(257)])(
    'have no admin token %j, and do not show it',
    (text) => {
      expect(SETTINGS['admin-token'].kind.read(text)).toBeUndefined();
      if (text === '') return;
      expect((resolve({ VECHE_ADMIN_TOKEN: text }) as WrongSettings).problems).toStrictEqual([
        'admin-token is *** (VECHE_ADMIN_TOKEN); it must be 16 to 256 visible ASCII characters without spaces, or none',
      ]);
    },
  );

  test('take an admin token of 16 characters, or that of a file', () => {
    expect(resolve({ VECHE_ADMIN_TOKEN: 'sixteen-letters!' })).toMatchObject({
      values: { 'admin-token': 'sixteen-letters!' },
    });
    const env = { VECHE_ADMIN_TOKEN_FILE: '/run/secrets/admin' };
    const sources = { flags: NO_FLAGS, env, readFile: () => 'from-a-secret-file\n' };
    expect(resolveSettings(SETTINGS, sources, SETTING_RULES)).toMatchObject({
      values: { 'admin-token': 'from-a-secret-file' },
    });
  });

  test('switch off one rate, or all of them', () => {
    const none = resolve({ VECHE_SESSION_RATE: 'none', VECHE_ADDRESS_RATE: '0' }) as ResolvedSettings<typeof SETTINGS>;
    expect(toConfig(none.values).rates).toStrictEqual({ ...DEFAULT_RATES, session: undefined, address: undefined });
    const off = resolve({ VECHE_RATE_LIMITS: 'false', VECHE_SESSION_RATE: '1/1s' }) as ResolvedSettings<
      typeof SETTINGS
    >;
    expect(toConfig(off.values).rates).toStrictEqual(NO_RATES);
  });

  test('make a configuration that cannot be changed', () => {
    const config = toConfig(defaults.values);
    expect(Object.isFrozen(config)).toBe(true);
    expect([config.limits, config.rates].every(Object.isFrozen)).toBe(true);
    const { redis, postgres, tracing } = toConfig(complete.values);
    expect([redis, postgres, tracing].every(Object.isFrozen)).toBe(true);
  });

  test.each(rowsOf(SETTINGS))('%s has a variable that Kubernetes does not set for a service', (name) => {
    expect(variableOf(name)).not.toMatch(/^VECHE_SERVICE_|^VECHE_PORT_.*_TCP/);
  });

  test('are a table with a row each', () => {
    const lines = settingsMarkdown().split('\n');
    expect(lines).toHaveLength(rowsOf(SETTINGS).length + 3);
    expect(lines[2]).toBe(
      '| `--port` | `8080` | the one port for everything, unless gRPC has its own; 0 takes any that is free | a whole number from 0 to 65535 |',
    );
  });
});
