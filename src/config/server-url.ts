/** Settings that are the URLs of servers, which may hold a password. */

import type { Kind } from './setting.ts';

/** What the URL of one kind of server looks like. */
interface UrlForm {
  /** Without their colon. */
  readonly schemes: readonly string[];
  /** What may stand after the address. */
  readonly path: RegExp;
}

const REDIS: UrlForm = { schemes: ['redis', 'rediss'], path: /^\/?\d*$/ };
const POSTGRES: UrlForm = { schemes: ['postgres', 'postgresql'], path: /^(?:\/[^/]*)?$/ };

/** The URL of a Redis, or those of several separated by commas. A comma in a password is written as `%2C`. */
export function redisUrls(): Kind<readonly string[]> {
  return {
    metavar: 'url',
    allowed: 'one or several URLs, separated by commas, such as redis://user:password@host:6379 or rediss://host',
    read: (text) => {
      const urls = text.split(',').map((url) => url.trim());
      return urls.every((url) => isServerUrl(url, REDIS)) ? urls : undefined;
    },
    write: (urls) => urls.join(','),
    mask: (urls) => urls.map(withoutPassword).join(','),
  };
}

/** The URL of a PostgreSQL database. */
export function postgresUrl(): Kind<string> {
  return {
    metavar: 'url',
    allowed: 'a URL such as postgres://user:password@host:5432/database or postgresql://host/database',
    read: (text) => (isServerUrl(text, POSTGRES) ? text : undefined),
    write: (url) => url,
    mask: withoutPassword,
  };
}

/** The base URL of a collector of OpenTelemetry. Credentials belong into a header, which is a variable of its own. */
export function collectorUrl(): Kind<string> {
  return {
    metavar: 'url',
    allowed:
      'an http:// or https:// URL such as http://collector:4318, without a user, a password or a query ' +
      '(what it must know goes into OTEL_EXPORTER_OTLP_HEADERS)',
    read: (text) => (isCollectorUrl(text) ? text : undefined),
    write: (url) => url,
    // One that is right has none; one that is wrong may have.
    mask: (url) => url,
  };
}

function isCollectorUrl(text: string): boolean {
  const url = /\s/.test(text) ? null : URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return url.username === '' && url.password === '' && !/[?#]/.test(text);
}

function isServerUrl(text: string, { schemes, path }: UrlForm): boolean {
  const url = /\s/.test(text) ? null : URL.parse(text);
  if (url === null || !schemes.some((scheme) => url.protocol === `${scheme}:`)) return false;
  // A socket in the file system is named in the query.
  const hasAddress = url.hostname !== '' || url.searchParams.has('host');
  return hasAddress && path.test(url.pathname) && [url.username, url.password, url.pathname].every(isDecodable);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function withoutPassword(text: string): string {
  const url = new URL(text);
  if (url.password !== '') url.password = '***';
  // Drivers take options from the query, of which some are secret.
  for (const name of new Set(url.searchParams.keys())) {
    if (/pass|secret|token/i.test(name)) url.searchParams.set(name, '***');
  }
  return url.href;
}
