/** Files that are the same for everybody: in memory from the start, and told from later ones by a tag. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { GUARDED } from './headers.ts';

/** One file. */
export interface ServedFile {
  readonly path: string;
  readonly file: URL;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Adds a route for each file, with HEAD and conditional GET. @throws if one cannot be read. */
export async function serveFiles(app: FastifyInstance, files: readonly ServedFile[]): Promise<void> {
  await Promise.all(files.map((file) => serveFile(app, file)));
}

async function serveFile(app: FastifyInstance, { path, file, type, headers: own }: ServedFile): Promise<void> {
  const content = await readFile(file);
  const etag = `"${createHash('sha256').update(content).digest('base64url')}"`;
  // Kept by anybody, used after asking whether it is still the same: the paths stay when the server is upgraded.
  const headers = { ...GUARDED, 'cache-control': 'no-cache', etag, ...own };
  app.route({
    method: ['GET', 'HEAD'],
    url: path,
    handler: (request, reply) => {
      reply.headers(headers);
      if (isAmong(request.headers['if-none-match'], etag)) reply.code(304).send();
      else reply.header('content-type', type).send(content);
    },
  });
}

/** Whether a list of tags, as a client sends it, has this one. A proxy that compresses makes it a weak one. */
function isAmong(tags: string | undefined, etag: string): boolean {
  if (tags === undefined) return false;
  return tags.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));
}
