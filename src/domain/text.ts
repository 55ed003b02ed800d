/** Is this name or text acceptable? Constructors that return the accepted form or say what is wrong. */

import {
  MAX_CLIENT_MESSAGE_ID_LENGTH,
  MAX_DISPLAY_NAME_LENGTH,
  MAX_REASON_LENGTH,
  MAX_TITLE_LENGTH,
} from './limits.ts';
import { Problem } from './problem.ts';

/** How many times longer than its accepted form a name may be sent: what is longer is not even looked at. */
const MAX_RAW_FACTOR = 16;
const ENDS = /^\p{White_Space}+|\p{White_Space}+$/gu;
const INNER_SPACES = /\p{Zs}+/gu;
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const BIDI_CONTROL = /\p{Bidi_Control}/u;
/** Emoji as people type them, then joiners and variation selectors where they shape visible characters. */
const EMOJI = /\p{RGI_Emoji}/gv;
const SHAPING =
  /(?<=[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])[\u200C\u200D](?=[\p{L}\p{Extended_Pictographic}])|(?<=\p{Emoji})[\uFE0E\uFE0F]/gu;
/** What Unicode says is not shown, the Braille pattern that shows nothing, and the marks of interlinear annotations. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFB]/u;
const NOT_BLANK = /\P{White_Space}/u;

/** A display name in its accepted form: NFC, trimmed, inner spaces collapsed, 1 to 64 characters. */
export function parseDisplayName(value: string): string | Problem {
  return parseName(value, 1, MAX_DISPLAY_NAME_LENGTH);
}

/** A chat title in its accepted form: by the rules of display names, 0 to 128 characters. */
export function parseTitle(value: string): string | Problem {
  return parseName(value, 0, MAX_TITLE_LENGTH);
}

/** An operator's reason in its accepted form: by the rules of display names, 1 to 200 characters; so it is one line of a log. */
export function parseReason(value: string): string | Problem {
  return parseName(value, 1, MAX_REASON_LENGTH);
}

/** A message text, unchanged: 1 to `maxLength` characters, not only white space, no NUL, no lone surrogates. */
export function parseMessageText(value: string, maxLength: number): string | Problem {
  const allowed = `must have 1 to ${maxLength} characters`;
  if (value === '') return new Problem(`${allowed}, is empty`);
  if (isLongerThan(value, maxLength)) return new Problem(`${allowed}, has more`);
  return malformation(value) ?? (NOT_BLANK.test(value) ? value : new Problem('must not be only white space'));
}

/** A client message id, unchanged: 1 to 64 characters, no NUL, no lone surrogates. */
export function parseClientMessageId(value: string): string | Problem {
  const allowed = `must have 1 to ${MAX_CLIENT_MESSAGE_ID_LENGTH} characters`;
  if (value === '') return new Problem(`${allowed}, is empty`);
  if (isLongerThan(value, MAX_CLIENT_MESSAGE_ID_LENGTH)) return new Problem(`${allowed}, has more`);
  return malformation(value) ?? value;
}

function parseName(value: string, min: number, max: number): string | Problem {
  const allowed = `must have ${min} to ${max} characters`;
  if (value.length > MAX_RAW_FACTOR * max) return new Problem(`${allowed}, has more`);
  if (!value.isWellFormed()) return new Problem('must be well-formed Unicode, has a lone surrogate');
  const name = value.normalize('NFC').replace(ENDS, '').replace(INNER_SPACES, ' ');
  if (CONTROL.test(name)) return new Problem('must not have control characters');
  if (BIDI_CONTROL.test(name)) return new Problem('must not have bidi control characters');
  if (INVISIBLE.test(name.replace(EMOJI, '').replace(SHAPING, ''))) {
    return new Problem('must not have invisible characters');
  }
  if (name.length < min) return new Problem(`${allowed}, is empty`);
  return isLongerThan(name, max) ? new Problem(`${allowed}, has more`) : name;
}

function malformation(value: string): Problem | undefined {
  if (value.includes('\0')) return new Problem('must not have the character NUL');
  if (!value.isWellFormed()) return new Problem('must be well-formed Unicode, has a lone surrogate');
  return undefined;
}

/** Counts code points only where the cheaper count of UTF-16 units leaves it open. */
function isLongerThan(value: string, max: number): boolean {
  if (value.length <= max) return false;
  if (value.length > 2 * max) return true;
  let length = 0;
  for (const _ of value) if (++length > max) return true;
  return false;
}
