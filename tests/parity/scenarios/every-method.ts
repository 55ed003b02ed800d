/** What may befall a call of any method: nobody knows the caller, the storage fails, the server goes away. */

import type { ErrorCode } from '../../../src/domain/errors.ts';
import { CALL_DEADLINE_MS } from '../../../src/domain/limits.ts';
import { METHODS, NEEDS_SESSION, type Method } from '../../../src/service/calls.ts';
import { StorageFullError, StorageUnavailableError } from '../../../src/storage/storage.ts';
import type { Fields } from '../api.ts';
import { the } from '../expectation.ts';
import { descriptorOf } from '../grpc-api.ts';
import {
  begins,
  does,
  enters,
  fails,
  gets,
  hears,
  hearsLast,
  isRefused,
  NOBODY,
  passes,
  storageGoesOn,
  storageHolds,
  storageIs,
  stops,
  subscribes,
  type Scenario,
  type Step,
} from '../scenario.ts';
import type { Mood } from '../stage.ts';

const chatId = the('chat');
const opensChat = does('Anna', 'CreateChat', {}, { chat: { id: chatId } });
const NO_CHAT = '0198c0df-02b8-7e94-9d15-c3a6f0724b8e';
/** What the server asks of the storage without a call. */
const OF_THE_SERVER = new Set(['ping', 'sweep', 'close']);
/** Reading fills no storage. */
const READING = new Set<Method>(['GetSession', 'ListChats', 'GetChat', 'ListUnreadCounts', 'Subscribe', 'GetStats']);
const WRITING = METHODS.filter((method) => !READING.has(method));
const OF_A_CHAT = METHODS.filter((method) => 'chatId' in descriptorOf(method).input.field);

/** A request in which nothing is wrong. */
function goodRequest(method: Method, chatId: unknown): Fields {
  const needed = { displayName: 'Vera', chatId, text: 'слово', seq: 0 };
  const { field } = descriptorOf(method).input;
  return Object.fromEntries(Object.entries(needed).filter(([name]) => name in field));
}

/** Every call fails: by finding out who calls where that is all that it needs, else by the rest. */
function failEverywhere(methods: readonly Method[], code: ErrorCode, error: () => Error): readonly Step[] {
  const failing =
    (isFailing: (operation: string) => boolean): Mood =>
    (operation) => {
      if (isFailing(operation)) throw error();
    };
  return [
    opensChat,
    ...methods.flatMap((method) => [
      storageIs(
        failing((asked) => !OF_THE_SERVER.has(asked) && (asked === 'authenticate') === (method === 'GetSession')),
      ),
      isRefused('Anna', method, goodRequest(method, chatId), code),
    ]),
  ];
}

/** A call that is answered just before it would be given up, and one that is given up. */
function takesLong(method: Method): readonly Step[] {
  const caller = `caller of ${method}`;
  const chatId = the(`chat of ${method}`);
  const request = goodRequest(method, chatId);
  const held = NEEDS_SESSION[method] ? 'authenticate' : method.replace(/^./, (letter) => letter.toLowerCase());
  return [
    enters(caller),
    does(caller, 'CreateChat', { ttl: 60_000 }, { chat: { id: chatId } }),
    storageHolds(held),
    begins('late', caller, method, request, { operation: held }),
    passes(CALL_DEADLINE_MS),
    fails('late', 'DEADLINE_EXCEEDED'),
    storageGoesOn(),
    storageHolds(held),
    begins(
      'in time',
      caller,
      method,
      { ...request, ...(method === 'EndSession' && { closeChats: true }) },
      { operation: held },
    ),
    passes(CALL_DEADLINE_MS - 1),
    storageGoesOn(),
    gets('in time', {}),
  ];
}

export const EVERY_METHOD: readonly Scenario[] = [
  {
    name: 'whatever needs a session is refused without one, before its arguments are judged',
    people: [],
    steps: METHODS.filter((method) => NEEDS_SESSION[method]).map((method) =>
      isRefused(NOBODY, method, OF_A_CHAT.includes(method) ? { chatId: 'x' } : {}, 'UNAUTHENTICATED'),
    ),
  },
  {
    name: 'whatever is about a chat is refused for one that is not there',
    steps: OF_A_CHAT.map((method) => isRefused('Anna', method, goodRequest(method, NO_CHAT), 'CHAT_NOT_FOUND')),
  },
  {
    name: 'a storage that does not answer is STORAGE_UNAVAILABLE',
    steps: failEverywhere(METHODS, 'STORAGE_UNAVAILABLE', () => new StorageUnavailableError('a host name')),
  },
  {
    name: 'a storage that takes no more is STORAGE_FULL',
    steps: failEverywhere(WRITING, 'STORAGE_FULL', () => new StorageFullError('a host name')),
  },
  {
    name: 'what fails unexpectedly is INTERNAL',
    steps: failEverywhere(METHODS, 'INTERNAL', () => new Error('a secret')),
  },
  {
    name: 'a call is given up when it takes longer than a call may, not earlier',
    shows: ['CALL_DEADLINE_MS'],
    steps: METHODS.flatMap(takesLong),
  },
  {
    name: 'a call that comes while the server shuts down is SHUTTING_DOWN, whatever else is wrong with it',
    steps: [
      opensChat,
      subscribes('stream', 'Boris', { chatId }),
      hears('stream', { caughtUp: { seq: 0 } }),
      storageHolds('authenticate'),
      begins('late', 'Anna', 'Subscribe', { chatId: NO_CHAT, afterSeq: 7 }, { operation: 'authenticate' }),
      stops(),
      hearsLast('stream', { reason: 'SERVER_GOING_AWAY', seq: 0 }),
      storageGoesOn(),
      fails('late', 'SHUTTING_DOWN'),
    ],
  },
];
