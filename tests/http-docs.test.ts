import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from './support/test-app.ts';

const DOCUMENT = readFileSync(new URL('../contracts/openapi.yaml', import.meta.url), 'utf8');

let app: TestApp;
let origin: string;

beforeAll(async () => {
  app = await startTestApp();
  origin = `http://127.0.0.1:${app.port}`;
});

afterAll(() => app.close());

describe('/openapi.yaml', () => {
  test('is the contract as it was written', async () => {
    const response = await fetch(`${origin}/openapi.yaml`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/yaml');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(await response.text()).toBe(DOCUMENT);
  });

  test('is not sent again to whoever has it', async () => {
    const { headers } = await fetch(`${origin}/openapi.yaml`);
    const etag = headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await fetch(`${origin}/openapi.yaml`, { headers: { 'if-none-match': tags } });
      expect(again.status).toBe(304);
      expect(again.headers.get('etag')).toBe(etag);
      expect(await again.text()).toBe('');
    }
    const changed = await fetch(`${origin}/openapi.yaml`, { headers: { 'if-none-match': '"other"' } });
    expect(changed.status).toBe(200);
  });

  test('has the same headers by HEAD', async () => {
    const [one, other] = await Promise.all(
      ['GET', 'HEAD'].map((method) => fetch(`${origin}/openapi.yaml`, { method })),
    );
    for (const name of ['content-type', 'cache-control', 'etag', 'content-length', 'x-content-type-options']) {
      expect(other?.headers.get(name)).toBe(one?.headers.get(name));
    }
    expect(other?.headers.get('content-length')).toBe(String(Buffer.byteLength(DOCUMENT)));
    expect(await other?.text()).toBe('');
  });
});

/** The page with all the files that it loads, by their addresses. */
async function loadPage(): Promise<{
  readonly page: Response;
  readonly html: string;
  readonly files: ReadonlyMap<string, Response>;
}> {
  const page = await fetch(`${origin}/docs`);
  const html = await page.text();
  const loaded = [...html.matchAll(/<(?:script|link)[^>]* (?:src|href)="([^"]*)"/g)].map(([, address = '']) => address);
  const addresses = loaded.filter((address) => !address.startsWith('data:'));
  const responses = await Promise.all(addresses.map((address) => fetch(new URL(address, page.url))));
  return { page, html, files: new Map(addresses.map((address, index) => [address, responses[index]!])) };
}

describe('/docs', () => {
  test('is a page, with the slash and without', async () => {
    const [without, with_] = await Promise.all([fetch(`${origin}/docs`), fetch(`${origin}/docs/`)]);
    expect(without.url).toBe(`${origin}/docs/`);
    expect(with_.status).toBe(200);
    expect(with_.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await without.text()).toBe(await with_.text());
  });

  test('has every file that it loads, with its type', async () => {
    const { files } = await loadPage();
    const types = Array.from(files, ([address, { status, headers }]) => [address, status, headers.get('content-type')]);
    expect(types).toEqual([
      ['swagger-ui.css', 200, 'text/css; charset=utf-8'],
      ['page.css', 200, 'text/css; charset=utf-8'],
      ['swagger-ui-bundle.js', 200, 'text/javascript; charset=utf-8'],
      ['page.js', 200, 'text/javascript; charset=utf-8'],
    ]);
  });

  test('shows the document of this server', async () => {
    const { page, files } = await loadPage();
    const script = await files.get('page.js')!.text();
    const address = /\burl: '(.*)'/.exec(script)?.[1] ?? '';
    expect(new URL(address, page.url).href).toBe(`${origin}/openapi.yaml`);
  });

  test('loads nothing from anybody else', async () => {
    const { html, files } = await loadPage();
    const own = [html, await files.get('page.js')!.text(), await files.get('page.css')!.text()];
    for (const text of own) expect(text).not.toMatch(/["'(]\s*(?:\w+:)?\/\//);
    const styles = await files.get('swagger-ui.css')!.text();
    const addresses = [...styles.matchAll(/url\(\s*["']?([^)]{0,5})|@import/g)].map(([, start]) => start);
    expect(new Set(addresses)).toEqual(new Set(['data:']));
  });

  test('is not let by the browser load from, or call, anybody else, nor run what stands in the page', async () => {
    const { page } = await loadPage();
    const policy = page.headers.get('content-security-policy') ?? '';
    const directives = new Map(policy.split('; ').map((line) => line.split(/ (.*)/, 2) as [string, string]));
    expect(directives.get('default-src')).toBe("'none'");
    expect(directives.get('img-src')).toBe("'self' data:");
    for (const name of ['script-src', 'style-src', 'connect-src']) expect(directives.get(name)).toBe("'self'");
    for (const name of ['base-uri', 'form-action', 'frame-ancestors']) expect(directives.get(name)).toBe("'none'");
  });

  test('asks no validator of others', async () => {
    const { files } = await loadPage();
    expect(await files.get('page.js')!.text()).toContain('validatorUrl: null');
  });
});

/** Asks for a path just as it is written. */
async function ask(
  method: string,
  path: string,
): Promise<{ readonly response: IncomingMessage; readonly body: object }> {
  const [response] = (await once(get({ port: app.port, method, path }), 'response')) as [IncomingMessage];
  return { response, body: (await json(response)) as object };
}

describe('what is not there', () => {
  test.each([
    '/docs/nothing.js',
    '/docs/index.html',
    '/docs/../package.json',
    '/docs/%2e%2e/docs.ts',
    '/docs/..%2fdocs.ts',
    '/docs/page.js/',
    '/docs//page.js',
    '/openapi.yaml/',
    '/openapi-yaml',
  ])('%s is ROUTE_NOT_FOUND', async (path) => {
    const { response, body } = await ask('GET', path);
    expect(body).toMatchObject({ status: 404, code: 'ROUTE_NOT_FOUND' });
    expect(response.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });

  test.each(['/docs', '/docs/', '/docs/swagger-ui.css', '/openapi.yaml'])(
    'POST %s is METHOD_NOT_ALLOWED',
    async (path) => {
      const { response, body } = await ask('POST', path);
      expect(body).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
      expect(response.headers.allow).toBe('GET, HEAD');
    },
  );
});

test('no type is guessed from what these answers say', async () => {
  const { page, files } = await loadPage();
  for (const { headers } of [page, ...files.values(), await fetch(`${origin}/openapi.yaml`)]) {
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
});
