import { describe, expect, test } from 'vitest';
import { SETTINGS } from './settings.ts';
import { resolveSettings, WrongSettings } from './resolve-settings.ts';

function problems(env: Readonly<Record<string, string>>): readonly string[] {
  const settings = resolveSettings(SETTINGS, {
    flags: { values: new Map(), problems: [] },
    env,
    readFile: () => '',
  });
  return settings instanceof WrongSettings ? settings.problems : [];
}

describe('the variables that Kubernetes sets', () => {
  test('for a service named veche are ignored', () => {
    const env = {
      VECHE_SERVICE_HOST: '10.0.0.1',
      VECHE_SERVICE_PORT: '8080',
      VECHE_SERVICE_PORT_GRPC: '8080',
      VECHE_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
      VECHE_PORT_8080_TCP_ADDR: '10.0.0.1',
      VECHE_PORT_8080_TCP_PORT: '8080',
      VECHE_PORT_8080_TCP_PROTO: 'tcp',
    };
    expect(problems(env)).toStrictEqual([]);
  });

  test('are explained where they hide a setting', () => {
    expect(problems({ VECHE_PORT: 'tcp://10.0.0.1:8080' })).toStrictEqual([
      'port is "tcp://10.0.0.1:8080" (VECHE_PORT); it must be a whole number from 0 to 65535. Kubernetes sets variables ' +
        'like this in every pod for a service whose name begins with "veche": put "enableServiceLinks: false" into the ' +
        'spec of the pod, or give the service another name',
    ]);
  });

  test.each([
    'VECHE_REDIS_SERVICE_HOST',
    'VECHE_REDIS_SERVICE_PORT_RESP',
    'VECHE_REDIS_PORT',
    'VECHE_REDIS_PORT_6379_TCP',
  ])('are explained for another service: %s', (name) => {
    expect(problems({ [name]: 'x' })).toStrictEqual([expect.stringContaining('enableServiceLinks')]);
  });
});

describe('an unknown variable', () => {
  test('is a problem, without its value', () => {
    expect(problems({ VECHE_PASSWORD: 's3cret' })).toStrictEqual(['unknown variable VECHE_PASSWORD']);
  });

  test('is a problem even if it is empty', () => {
    expect(problems({ VECHE_FOO: '' })).toStrictEqual(['unknown variable VECHE_FOO']);
  });

  test('is nobody’s business if it is not of Veche', () => {
    expect(problems({ VECHERNYAYA: 'x', PORT: 'x', veche_port: 'x' })).toStrictEqual([]);
  });
});
