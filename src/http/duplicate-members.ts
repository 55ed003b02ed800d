/** Finds the members that a JSON object has twice, of which parsing keeps only the last. */

const COLON = 0x3a;

const NONE: ReadonlySet<string> = new Set();

/**
 * The names that stand more than once at the top of a JSON object.
 * @param json a text that has been parsed.
 * @param memberCount how many members it had then.
 */
export function duplicateMembers(json: Buffer, memberCount: number): ReadonlySet<string> {
  // Every member has a colon. With no colon more than members there is none twice, and most texts end here.
  if (!hasMoreColons(json, memberCount)) return NONE;
  const once = new Set<string>();
  const twice = new Set<string>();
  for (const name of memberNames(json.toString())) (once.has(name) ? twice : once).add(name);
  return twice;
}

function hasMoreColons(json: Buffer, count: number): boolean {
  let at = -1;
  for (let found = 0; found <= count; found++) {
    at = json.indexOf(COLON, at + 1);
    if (at === -1) return false;
  }
  return true;
}

function memberNames(json: string): readonly string[] {
  const names: string[] = [];
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (character === '"') {
      const end = endOfString(json, at);
      if (depth === 1 && isName(json, end)) names.push(JSON.parse(json.slice(at, end)) as string);
      at = end - 1;
    }
  }
  return names;
}

/** Where the string that begins at `start` is over. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

function isName(json: string, end: number): boolean {
  let at = end;
  while (/\s/.test(json[at] ?? '')) at++;
  return json[at] === ':';
}
