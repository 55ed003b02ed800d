/** The contract as a document, and as a page where it is read and tried: all from this server, nothing from anybody else's. */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { GUARDED } from './headers.ts';
import { serveFiles, type ServedFile } from './served-files.ts';

/** The page and what belongs to it. */
const PAGE_FOLDER = new URL('docs/', import.meta.url);
const DOCUMENT = new URL('../../contracts/openapi.yaml', import.meta.url);

const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

/** The page loads and calls what is here and nothing else, whatever its scripts may want; its icons are in its styles. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
/** It tells nobody where it was read, and no window of another origin that opened it can reach into it: a token is put in here. */
const PAGE_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

const FILES: readonly ServedFile[] = [
  { path: '/openapi.yaml', file: DOCUMENT, type: 'application/yaml' },
  { path: '/docs/', file: pageFile('index.html'), type: HTML, headers: PAGE_HEADERS },
  { path: '/docs/page.js', file: pageFile('page.js'), type: SCRIPT },
  { path: '/docs/page.css', file: pageFile('page.css'), type: STYLE },
  { path: '/docs/swagger-ui-bundle.js', file: libraryFile('swagger-ui-bundle.js'), type: SCRIPT },
  { path: '/docs/swagger-ui.css', file: libraryFile('swagger-ui.css'), type: STYLE },
];

/** Adds `/openapi.yaml` and `/docs`. @throws if a file of theirs is missing. */
export async function serveDocs(app: FastifyInstance): Promise<void> {
  await serveFiles(app, FILES);
  app.route({
    method: ['GET', 'HEAD'],
    url: '/docs',
    // Relative, like all addresses of the page: it works behind a proxy that puts something before the path.
    handler: (_request, reply) => reply.headers(GUARDED).redirect('docs/', 308),
  });
}

function pageFile(name: string): URL {
  return new URL(name, PAGE_FOLDER);
}

/** A file of Swagger UI. The build puts it beside the page, so that the package is needed only where sources run. */
function libraryFile(name: string): URL {
  const built = pageFile(name);
  if (existsSync(built)) return built;
  return pathToFileURL(createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`));
}
