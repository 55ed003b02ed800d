/** Values that no method accepts: every bad field is named, and what was refused has changed nothing. */

import { METHODS, type Method } from '../../../src/service/calls.ts';
import * as bad from '../../support/bad-values.ts';
import { WRONG_TYPE, type Fields } from '../api.ts';
import { the } from '../expectation.ts';
import { descriptorOf } from '../grpc-api.ts';
import { callerOf, does, isRefused, NOBODY, type Scenario, type Step } from '../scenario.ts';

const chatId = the('chat');
const NO_USER = '0198c0df-02b8-7e94-9d15-c3a6f0724b8e';

type Kind = Readonly<Record<string, string | number>>;

/** What a field of this name must not be, in whichever request. */
const BAD_VALUES: Readonly<Record<string, Kind>> = {
  displayName: bad.BAD_DISPLAY_NAMES,
  title: bad.BAD_TITLES,
  maxMessages: bad.BAD_MAX_MESSAGES,
  ttl: bad.BAD_TTLS,
  pageSize: bad.BAD_PAGE_SIZES,
  pageToken: bad.BAD_PAGE_TOKENS,
  chatId: bad.BAD_UUIDS,
  text: bad.BAD_TEXTS,
  clientMessageId: bad.BAD_CLIENT_MESSAGE_IDS,
  order: bad.BAD_ORDERS,
  ackSeq: bad.BAD_SEQS,
  limit: bad.BAD_PAGE_SIZES,
  wait: bad.BAD_WAITS,
  seq: bad.BAD_SEQS,
  afterSeq: bad.BAD_SEQS,
  userId: bad.BAD_UUIDS,
  reason: bad.BAD_REASONS,
};
/** True or false: whatever has the type is good. */
const ALWAYS_GOOD = new Set(['closeChats', 'readOnly', 'unlisted', 'markRead']);
/** What HTTP has in its path or query is text there: a text is never of another type. */
const TEXT_ANYWAY = new Set(['chatId', 'pageToken', 'order', 'userId', 'reason']);

function fieldsOf(method: Method): readonly string[] {
  return Object.keys(descriptorOf(method).input.field);
}

/** A request in which nothing is wrong. */
function goodRequest(method: Method): Fields {
  const needed = { displayName: 'Vera', chatId, text: 'слово', seq: 0, userId: NO_USER, reason: 'спам' };
  const fields = fieldsOf(method);
  return Object.fromEntries(Object.entries(needed).filter(([name]) => fields.includes(name)));
}

function refuses(method: Method, wrong: Fields): Step {
  const expected = { code: 'INVALID_ARGUMENT', fields: Object.keys(wrong) } as const;
  return isRefused(callerOf(method), method, { ...goodRequest(method), ...wrong }, expected);
}

/** Every field with every bad value, then with one of another type; then all fields bad at once. */
function refusals(method: Method): readonly Step[] {
  const fields = fieldsOf(method);
  const one = fields.flatMap((field) => Object.values(badValuesOf(field)).map((value) => ({ [field]: value })));
  const typed = fields.filter((field) => !TEXT_ANYWAY.has(field)).map((field) => ({ [field]: WRONG_TYPE }));
  const badOnes = fields.filter((field) => !ALWAYS_GOOD.has(field));
  const all = Object.fromEntries(badOnes.map((field) => [field, Object.values(badValuesOf(field))[0]]));
  return [...one, ...typed, all]
    .filter((wrong) => Object.keys(wrong).length > 0)
    .map((wrong) => refuses(method, wrong));
}

/** @throws if it is not known what a field must not be. */
function badValuesOf(field: string): Kind {
  const values = BAD_VALUES[field] ?? (ALWAYS_GOOD.has(field) ? {} : undefined);
  if (values === undefined) throw new Error(`no bad values are listed for ${field}`);
  return values;
}

export const BAD_VALUE_SCENARIOS: readonly Scenario[] = METHODS.filter((method) => fieldsOf(method).length > 0).map(
  (method) => ({
    name: `every bad field of ${method} is named, and nothing has changed`,
    steps: [
      does('Boris', 'CreateChat', {}, { chat: { id: chatId } }),
      ...refusals(method),
      does(NOBODY, 'GetStats', {}, { users: 2, chats: 1, messages: 0, messagesLastHour: 0 }),
      does('Anna', 'ListUnreadCounts', {}, { counts: [] }),
      does('Boris', 'ListUnreadCounts', {}, { counts: [{ position: 0, lastSeq: 0 }] }),
    ],
  }),
);
