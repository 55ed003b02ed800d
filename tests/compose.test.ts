/** docker-compose.yml, as far as it can be known without running it. */

import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseDuration } from '../src/config/duration.ts';
import { configInContainer, imageUser, readProjectFile, stopMs } from './support/deployment-files.ts';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>> | readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly stop_grace_period?: string;
  readonly user?: string;
}

const SOURCE = readProjectFile('docker-compose.yml');
const INSTANCES = ['veche-1', 'veche-2'];

/** The file as compose reads it with these variables. */
function compose(variables: Readonly<Record<string, string>> = {}): {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
} {
  const filledIn = SOURCE.replaceAll(/\$\{(\w+):-([^}]*)\}/g, (_, name: string, usual: string) => {
    const given = variables[name] ?? '';
    return given === '' ? usual : given;
  });
  return parse(filledIn, { merge: true });
}

const { services, volumes } = compose();

describe('docker-compose.yml', () => {
  test.each([
    [{}, 'redis'],
    [{ VECHE_STORAGE: 'redis' }, 'redis'],
    [{ VECHE_STORAGE: 'postgres' }, 'postgres'],
  ])('with %j runs every instance on %s', (variables, storage) => {
    for (const name of INSTANCES) {
      const { environment = {} } = compose(variables).services[name]!;
      expect(configInContainer(environment)).toMatchObject({ storage, host: '0.0.0.0' });
    }
  });

  test('gives the storages the passwords that the instances use', () => {
    const { services } = compose({ REDIS_PASSWORD: 'sesame', POSTGRES_PASSWORD: 'walnut' });
    const { redis, postgres } = configInContainer(services['veche-1']!.environment);
    expect(redis?.urls).toStrictEqual(['redis://:sesame@redis:6379']);
    expect(services['redis']?.command?.join(' ')).toContain('--requirepass sesame');
    expect(services['redis']?.environment).toStrictEqual({ REDISCLI_AUTH: 'sesame' });
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = services['postgres']!.environment!;
    expect(POSTGRES_PASSWORD).toBe('walnut');
    expect(postgres?.url).toBe(`postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD}@postgres:5432/${POSTGRES_DB}`);
  });

  test('says of every variable what it is for', () => {
    const [heading = ''] = SOURCE.split('\nx-veche');
    const variables = Array.from(SOURCE.matchAll(/\$\{(\w+)/g), ([, name = '']) => name);
    expect(variables).not.toHaveLength(0);
    for (const name of variables) expect(heading).toMatch(new RegExp(`\\b${name}\\b`));
  });

  test('gives an instance the time that it may take to stop', () => {
    for (const name of INSTANCES) {
      const { stop_grace_period, environment } = services[name]!;
      expect(parseDuration(stop_grace_period!)).toBeGreaterThan(stopMs(configInContainer(environment)));
    }
  });

  test('runs the instances as the image says, without rights, on a file system that nobody can write', () => {
    for (const name of INSTANCES) {
      expect(services[name]?.user ?? imageUser()).toBe(imageUser());
      expect(services[name]).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        healthcheck: { test: ['CMD', 'node', '/app/dist/main.js', 'health', 'ready'] },
      });
    }
  });

  test('starts each part when what it needs is well', () => {
    for (const { depends_on = {} } of Object.values(services)) {
      if (Array.isArray(depends_on)) continue;
      for (const [name, { condition }] of Object.entries(depends_on as Exclude<typeof depends_on, readonly string[]>)) {
        expect(condition).toBe('service_healthy');
        expect(services[name]?.healthcheck?.test, name).toBeDefined();
      }
    }
    expect(Object.keys(services['balancer']!.depends_on!)).toStrictEqual(INSTANCES);
  });

  test('tells the balancer and Prometheus of every instance', () => {
    const servers = INSTANCES.map((name) => `${name}:8080`);
    const { environment = {} } = services['balancer']!;
    expect(Object.entries(environment)).toStrictEqual(servers.map((server, index) => [`SERVER_${index + 1}`, server]));
    for (const name of Object.keys(environment)) {
      expect(readProjectFile('deploy/haproxy/haproxy.cfg')).toContain(`"\${${name}}"`);
    }
    for (const server of servers) expect(readProjectFile('deploy/prometheus/prometheus.yml')).toContain(server);
  });

  test('mounts what is there, read-only, and keeps data in volumes with names', () => {
    const mounts = Object.values(services).flatMap((service) => service.volumes ?? []);
    for (const mount of mounts) {
      const [source = '', , mode] = mount.split(':');
      const isFile = source.startsWith('./');
      expect(isFile ? existsSync(new URL(`../${source}`, import.meta.url)) : source in volumes, mount).toBe(true);
      expect(mode, mount).toBe(isFile ? 'ro' : undefined);
    }
  });

  test('mounts the dashboards where Grafana is told to look for them', () => {
    const { providers } = parse(readProjectFile('deploy/grafana/provisioning/dashboards/veche.yml')) as {
      readonly providers: readonly { readonly options: { readonly path: string } }[];
    };
    for (const { options } of providers) {
      expect(services['grafana']?.volumes).toContain(`./deploy/grafana/dashboards:${options.path}:ro`);
    }
    expect(providers).toHaveLength(1);
  });

  test('is reached from this machine only, unless asked otherwise', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports).toHaveLength(3);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    expect(compose({ PUBLIC_ADDRESS: '0.0.0.0:80' }).services['balancer']?.ports).toStrictEqual(['0.0.0.0:80:8080']);
  });

  test('takes images of others by their exact version', () => {
    const images = Object.values(services).filter(({ build }) => build === undefined);
    expect(images).toHaveLength(5);
    for (const { image } of images) expect(image).toMatch(/^[\w/]+:v?\d+\.\d+(\.\d+)?(-\w+)?$/);
  });

  test('lets Redis lose nothing when it is full', () => {
    const command = services['redis']!.command!.join(' ');
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
  });
});
