/** The setting that names origins of web pages. */

import type { Kind } from './setting.ts';

/** Origins as browsers send them, or all. */
export type Origins = '*' | readonly string[];

/** A scheme, a host and perhaps a port; nothing after them, and no placeholder, which no browser sends. */
const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/(?:\[[\da-f:.]+\]|[^/?#@\s*:[\]\\]+)(?::\d+)?$/i;

/** Origins separated by commas, or `*`. */
export function originList(): Kind<Origins> {
  return {
    metavar: 'origins',
    allowed:
      'origins like https://chat.example.org or http://localhost:5173, separated by commas and without a path, or *',
    read: readOrigins,
    write: (origins) => (origins === '*' ? origins : origins.join(',')),
  };
}

function readOrigins(text: string): Origins | undefined {
  if (text === '*') return text;
  const origins = text.split(',').map((part) => readOrigin(part.trim()));
  return origins.every((origin) => origin !== undefined) ? origins : undefined;
}

/** The origin as browsers write it: in lower case, without the port that its scheme has anyway. */
function readOrigin(text: string): string | undefined {
  if (!ORIGIN.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, host, origin } = new URL(text);
  // Only those of the web are known to the platform; apps have schemes of their own.
  return origin === 'null' ? `${protocol}//${host}` : origin;
}
