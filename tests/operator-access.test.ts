/** Where there is no admin token there are no calls for operators; where there is one, everything says that there are. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { AdminService } from '../src/gen/veche/v1/admin_pb.js';
import { OPERATIONS } from './support/openapi-document.ts';
import { ADMIN_TOKEN } from './support/admin-token.ts';
import { failure } from './support/grpc-error.ts';
import { HealthClient } from './support/health-client.ts';
import { Person } from './support/person.ts';
import { ReflectionClient } from './support/reflection-client.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const FOR_OPERATORS = Object.values(OPERATIONS).filter(({ path }) => path.startsWith('/v1/admin/'));
const ID = '0198c0df-02b8-7e94-9d15-c3a6f0724b8e';

async function start(config: Parameters<typeof startTestApp>[0] = {}): Promise<TestApp> {
  const app = await startTestApp(config);
  onTestFinished(() => app.close());
  return app;
}

async function servicesOf({ port }: TestApp): Promise<readonly string[]> {
  const reflection = new ReflectionClient(port, 'v1');
  try {
    return await reflection.listServices();
  } finally {
    reflection.close();
  }
}

async function healthOf({ port }: TestApp): Promise<string> {
  const health = new HealthClient(port);
  try {
    return await health.check(AdminService.typeName);
  } finally {
    health.close();
  }
}

/** What comes of every operation for operators, with this token. */
async function codesOf({ port }: TestApp, token: string | undefined): Promise<ReadonlySet<unknown>> {
  const codes = FOR_OPERATORS.map(async ({ method, path }) => {
    const url = `http://127.0.0.1:${port}${path.replace(/\{\w+\}/, ID)}`;
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return ((await (await fetch(url, { method, headers })).json()) as { code?: string }).code;
  });
  return new Set(await Promise.all(codes));
}

function warnings({ logLines }: TestApp): readonly string[] {
  return logLines.filter((line) => line.startsWith('warn:'));
}

describe('without an admin token', () => {
  test('the calls for operators are not there, whatever token is shown', async () => {
    const app = await start();
    const { token } = await Person.enter(app.client);
    for (const shown of [undefined, token, ADMIN_TOKEN, 'undefined', '']) {
      expect(await codesOf(app, shown)).toEqual(new Set(['ROUTE_NOT_FOUND']));
      for (const method of AdminService.methods) {
        const call = app.client.callRaw(method, new Uint8Array(), { token: shown });
        expect(await failure(call)).toMatchObject({ grpcCode: 'UNIMPLEMENTED', reason: undefined });
      }
    }
    expect(await servicesOf(app)).not.toContain(AdminService.typeName);
    expect((await failure(healthOf(app))).grpcCode).toBe('NOT_FOUND');
  });
});

describe('with an admin token', () => {
  test('they are there, for whoever shows it', async () => {
    const app = await start({ config: { adminToken: ADMIN_TOKEN } });
    const { token } = await Person.enter(app.client);
    for (const shown of [undefined, token, `${ADMIN_TOKEN}x`]) {
      expect(await codesOf(app, shown)).toEqual(new Set(['UNAUTHENTICATED']));
    }
    const { sessions } = await app.client.call(AdminService.method.listSessions, {}, { token: ADMIN_TOKEN });
    expect(sessions).toHaveLength(1);
    expect(await servicesOf(app)).toContain(AdminService.typeName);
    expect(await healthOf(app)).toBe('SERVING');
  });

  test('neither it nor what is shown in its place is ever logged', async () => {
    const app = await start({ config: { adminToken: ADMIN_TOKEN } });
    const { token } = await Person.enter(app.client);
    for (const shown of [ADMIN_TOKEN, token, 'something-else-altogether']) {
      await codesOf(app, shown);
      for (const method of AdminService.methods) {
        await app.client.callRaw(method, new Uint8Array(), { token: shown }).catch(() => {});
      }
    }
    const log = app.fullLogLines.join('\n');
    expect(log).toContain('UNAUTHENTICATED');
    for (const secret of [ADMIN_TOKEN, token, 'something-else-altogether']) expect(log).not.toContain(secret);
  });

  test('a server that is reached from elsewhere without TLS warns that it travels in the clear', async () => {
    expect(warnings(await start({ config: { adminToken: ADMIN_TOKEN } }))).toEqual([]);
    expect(warnings(await start({ config: { host: '0.0.0.0' } }))).toEqual([]);
    expect(warnings(await start({ config: { host: '0.0.0.0', adminToken: ADMIN_TOKEN } }))).toEqual([
      expect.stringMatching(/admin token .* in the clear/),
    ]);
  });
});
