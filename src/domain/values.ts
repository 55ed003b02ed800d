/** Ids, numbers and durations: constructors that return the accepted form or say what is wrong. */

import { MAX_CHAT_TTL_MS, MAX_PAGE_SIZE, MAX_SEQ, MAX_WAIT_MS, MIN_CHAT_TTL_MS, type Limits } from './limits.ts';
import { Problem } from './problem.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A UUID, accepted in any case and returned in lower case. */
export function parseUuid(value: string): string | Problem {
  const id = value.toLowerCase();
  if (value === '') return new Problem('is required: a UUID');
  return UUID.test(id) ? id : new Problem('must be a UUID like 0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70');
}

/** A whole number from `min` to `max`. */
function parseInteger(value: number, min: number, max: number): number | Problem {
  const isWithin = Number.isSafeInteger(value) && value >= min && value <= max;
  return isWithin ? value : new Problem(`must be a whole number from ${min} to ${max}`);
}

/** A seq that a caller names: 0 (none yet) or more. Whether the chat has got that far, only the storage knows. */
export function parseSeq(value: number): number | Problem {
  return parseInteger(value, 0, MAX_SEQ);
}

/** How many items an answer may hold. */
export function parsePageSize(value: number): number | Problem {
  return parseInteger(value, 1, MAX_PAGE_SIZE);
}

/** How many messages a chat is to keep, under the server's cap. */
export function parseMaxMessages(value: number, { maxChatSize }: Limits): number | Problem {
  if (maxChatSize === 0) return parseInteger(value, 1, MAX_SEQ);
  const accepted = parseInteger(value, 1, maxChatSize);
  return accepted instanceof Problem ? new Problem(`${accepted.description} (the server's max_chat_size)`) : accepted;
}

/** A chat's lifetime in milliseconds, under the server's cap. NaN stands for a duration that is not whole milliseconds. */
export function parseChatTtl(value: number, { maxChatTtlMs }: Limits): number | Problem {
  const isValid = Number.isSafeInteger(value) && value >= MIN_CHAT_TTL_MS && value <= MAX_CHAT_TTL_MS;
  if (!isValid) return new Problem('must be whole milliseconds, from 1 second to 100 years');
  if (maxChatTtlMs !== undefined && value > maxChatTtlMs) {
    return new Problem(`must be at most ${maxChatTtlMs / 1000} s (the server's max_chat_ttl)`);
  }
  return value;
}

/** How long to wait for something unread, in milliseconds. NaN stands for a duration that is not whole milliseconds. */
export function parseWait(value: number): number | Problem {
  const isValid = Number.isSafeInteger(value) && value >= 0 && value <= MAX_WAIT_MS;
  return isValid ? value : new Problem(`must be whole milliseconds, from 0 to ${MAX_WAIT_MS / 1000} seconds`);
}
