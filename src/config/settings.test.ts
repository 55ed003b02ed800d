import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../domain/limits.ts';
import { toConfig } from './config.ts';
import { resolveSettings, type ResolvedSettings } from './resolve-settings.ts';
import { settingsMarkdown } from './settings-markdown.ts';
import { SETTINGS, type ServerSettings } from './settings.ts';
import { rowsOf, variableOf } from './source.ts';

const NOTHING = { flags: { values: new Map(), problems: [] }, env: {}, readFile: () => '' };
const defaults = resolveSettings(SETTINGS, NOTHING) as ResolvedSettings<typeof SETTINGS>;

describe('the settings of the server', () => {
  test.each(rowsOf(SETTINGS))('%s has a default that is allowed', (_name, setting) => {
    if (setting.default === undefined) return;
    expect(setting.kind.read(setting.kind.write(setting.default))).toBe(setting.default);
  });

  test('start with the limits of the domain', () => {
    expect(toConfig(defaults.values)).toStrictEqual({
      port: 8080,
      host: '127.0.0.1',
      grpcPort: undefined,
      tls: undefined,
      storage: 'memory',
      reflection: true,
      corsOrigins: [],
      limits: DEFAULT_LIMITS,
      drainDelayMs: 0,
      shutdownGraceMs: 10_000,
      logLevel: 'info',
      logFormat: 'auto',
    });
  });

  test.each(rowsOf(SETTINGS).filter(([name]) => name !== 'config'))(
    '%s finds its way into the configuration',
    (name) => {
      const given = { ...defaults.values, 'tls-cert': 'a file', 'tls-key': 'a file' };
      const changed = { ...given, [name]: 'something else' } as unknown as ServerSettings;
      expect(toConfig(changed)).not.toStrictEqual(toConfig(given));
    },
  );

  test('make a configuration that cannot be changed', () => {
    const config = toConfig(defaults.values);
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.limits)).toBe(true);
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

  test('stand in the README as they are', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const table = /<!-- settings -->\n(.*)<!-- \/settings -->/s.exec(readme)?.[1];
    expect(table).toBe(settingsMarkdown());
  });
});
