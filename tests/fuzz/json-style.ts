/** JSON as other encoders write it: every value can be written in many ways. */

/** How a text is written. */
export interface JsonStyle {
  /** White space wherever it may stand. */
  readonly isSpaced: boolean;
  /** Every character of every string as an escape. */
  readonly isEscaped: boolean;
  /** Numbers with an exponent. */
  readonly isExponential: boolean;
}

/** Writes an object, in which members may stand twice. */
export function writeMembers(members: readonly (readonly [string, unknown])[], style: JsonStyle): string {
  const space = style.isSpaced ? ' \t\r\n' : '';
  const written = members.map(
    ([name, value]) => writeString(name, style) + space + ':' + space + writeValue(value, style),
  );
  return `${space}{${space}${written.join(`${space},${space}`)}${space}}${space}`;
}

function writeValue(value: unknown, style: JsonStyle): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return writeString(value, style);
  if (typeof value === 'number' && style.isExponential && Number.isInteger(value)) return writeNumber(value);
  return JSON.stringify(value);
}

function writeString(text: string, { isEscaped }: JsonStyle): string {
  if (!isEscaped) return JSON.stringify(text);
  const escapes = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0'));
  return `"${escapes.map((digits) => `\\u${digits}`).join('')}"`;
}

function writeNumber(value: number): string {
  return value % 10 === 0 ? `${value / 10}e1` : `${value}.0E+0`;
}
