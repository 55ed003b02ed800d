/** What must hold between the settings of the server. */

import type { ResolvedSettings, SettingRule } from './resolve-settings.ts';
import { SETTINGS } from './settings.ts';
import { flagOf, variableOf } from './source.ts';

type Rule = SettingRule<typeof SETTINGS>;
type Settings = ResolvedSettings<typeof SETTINGS>;

const grpcHasAnotherPort: Rule = {
  concerns: ['port', 'grpc-port'],
  problem({ values, origins }) {
    if (values['grpc-port'] === 0 || values['grpc-port'] !== values.port) return undefined;
    return (
      `grpc-port is "${values['grpc-port']}" (${origins['grpc-port']}), as is port (${origins.port}); ` +
      `they must differ, or leave out ${flagOf('grpc-port')} to serve everything on one`
    );
  },
};

const opsHasAnotherPort: Rule = {
  concerns: ['port', 'grpc-port', 'ops-port', 'host', 'ops-host'],
  problem({ values, origins }) {
    const { 'ops-port': port, 'ops-host': host = values.host } = values;
    if (port === undefined || port === 0 || host !== values.host) return undefined;
    const same = (['port', 'grpc-port'] as const).find((name) => values[name] === port);
    return (
      same &&
      `ops-port is "${port}" (${origins['ops-port']}), as is ${same} (${origins[same]}); they must differ, or have ` +
        `another host by ${flagOf('ops-host')}`
    );
  },
};

const opsHostHasPort: Rule = {
  concerns: ['ops-host', 'ops-port'],
  problem: ({ values, origins }) =>
    values['ops-host'] === undefined || values['ops-port'] !== undefined
      ? undefined
      : `ops-port is not set (${flagOf('ops-port')}, ${variableOf('ops-port')}), but ops-host is (${origins['ops-host']}); ` +
        'it says where that port is',
};

const tlsHasBothFiles: Rule = {
  concerns: ['tls-cert', 'tls-key'],
  problem: (settings) =>
    missingBeside(settings, 'tls-cert', 'tls-key') ?? missingBeside(settings, 'tls-key', 'tls-cert'),
};

const redisCertificateHasBothFiles: Rule = {
  concerns: ['redis-tls-cert', 'redis-tls-key'],
  problem: (settings) =>
    missingBeside(settings, 'redis-tls-cert', 'redis-tls-key') ??
    missingBeside(settings, 'redis-tls-key', 'redis-tls-cert'),
};

const redisFilesAreForTls: Rule = {
  concerns: ['redis-url', 'redis-tls-ca', 'redis-tls-cert', 'redis-tls-key'],
  problem: ({ values, origins }) => {
    const url = values['redis-url'];
    const given = (['redis-tls-ca', 'redis-tls-cert', 'redis-tls-key'] as const).find((name) => values[name]);
    if (given === undefined || url === undefined || url.every((one) => one.startsWith('rediss:'))) return undefined;
    return `${given} is set (${origins[given]}), but redis-url (${origins['redis-url']}) does not say rediss://, so nothing is encrypted`;
  },
};

/** The rules, in the order in which what is wrong is shown. */
export const SETTING_RULES: readonly Rule[] = [
  grpcHasAnotherPort,
  opsHasAnotherPort,
  opsHostHasPort,
  tlsHasBothFiles,
  onlyWithTls('tls-client-ca', 'clients are asked for a certificate only where the server has one'),
  onlyWithTls('hsts-max-age', 'without TLS this is for whoever encrypts in front of this server to tell'),
  storageHasUrl('redis', 'redis-url'),
  redisCertificateHasBothFiles,
  redisFilesAreForTls,
  storageHasUrl('postgres', 'postgres-url'),
];

function missingBeside(
  { values, origins }: Settings,
  given: keyof Settings['values'],
  missing: keyof Settings['values'],
): string | undefined {
  if (values[given] === undefined || values[missing] !== undefined) return undefined;
  return (
    `${missing} is not set (${flagOf(missing)}, ${variableOf(missing)}), but ${given} is (${origins[given]}); ` +
    'TLS needs both'
  );
}

/** What would have no effect without TLS must not seem to have one. */
function onlyWithTls(setting: 'tls-client-ca' | 'hsts-max-age', why: string): Rule {
  return {
    concerns: [setting, 'tls-cert', 'tls-key'],
    problem: ({ values, origins }) => {
      const isOff = values[setting] === undefined || values[setting] === 0;
      if (isOff || values['tls-cert'] !== undefined || values['tls-key'] !== undefined) return undefined;
      return `${setting} is set (${origins[setting]}), but neither ${flagOf('tls-cert')} nor ${flagOf('tls-key')} is; ${why}`;
    },
  };
}

/** A storage that is a server of its own is found by its URL. */
function storageHasUrl(storage: 'redis' | 'postgres', url: 'redis-url' | 'postgres-url'): Rule {
  return {
    concerns: ['storage', url],
    problem: ({ values, origins }) => {
      if (values.storage !== storage || values[url] !== undefined) return undefined;
      const ways = `${flagOf(url)}, ${variableOf(url)} or ${variableOf(url)}_FILE`;
      return `${url} is not set (${ways}), but storage is ${storage} (${origins.storage}); it must be ${SETTINGS[url].kind.allowed}`;
    },
  };
}
