/** What may befall a call of any method: nobody knows the caller, the storage fails, the server goes away. */

import type { ErrorCode } from '../../../src/domain/errors.ts';
import { CALL_DEADLINE_MS } from '../../../src/domain/limits.ts';
import { CALLED_BY, METHODS, type Method } from '../../../src/service/calls.ts';
import { StorageFullError, StorageUnavailableError } from '../../../src/storage/storage.ts';
import type { Fields } from '../api.ts';
import { the } from '../expectation.ts';
import { descriptorOf } from '../grpc-api.ts';
import {
  begins,
  callerOf,
  does,
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
import { OPERATOR, type Mood } from '../stage.ts';

const chatId = the('chat');
const opensChat = does('Anna', 'CreateChat', {}, { chat: { id: chatId } });
const NO_CHAT = '0198c0df-02b8-7e94-9d15-c3a6f0724b8e';
/** What the server asks of the storage without a call. */
const OF_THE_SERVER = new Set(['ping', 'sweep', 'close']);
/** Reading fills no storage. */
const READING = new Set<Method>([
  'GetSession',
  'ListChats',
  'GetChat',
  'ListUnreadCounts',
  'Subscribe',
  'GetStats',
  'ListSessions',
  'ListAllChats',
]);
const WRITING = METHODS.filter((method) => !READING.has(method));
const OF_A_CHAT = METHODS.filter((method) => 'chatId' in descriptorOf(method).input.field);

/** A request in which nothing is wrong. */
export function goodRequest(method: Method, chatId: unknown, userId: unknown = NO_CHAT): Fields {
  const needed = { displayName: 'Vera', chatId, text: 'слово', seq: 0, userId, reason: 'спам' };
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
      isRefused(callerOf(method), method, goodRequest(method, chatId), code),
    ]),
  ];
}

/** What a method asks of the storage, besides who calls. */
function operationOf(method: Method): string {
  const name = method.replace('All', '').replace('Any', '');
  return name.replace(/^./, (letter) => letter.toLowerCase());
}

/** A call that is answered just before it would be given up, and one that is given up. */
function takesLong(method: Method): readonly Step[] {
  const caller = `caller of ${method}`;
  const chatId = the(`chat of ${method}`);
  const userId = the(`user of ${method}`);
  const request = goodRequest(method, chatId, userId);
  const held = CALLED_BY[method] === 'session' ? 'authenticate' : operationOf(method);
  const who = CALLED_BY[method] === 'operator' ? OPERATOR : caller;
  return [
    does(caller, 'CreateSession', { displayName: caller }, { session: { userId } }),
    does(caller, 'CreateChat', { ttl: 60_000 }, { chat: { id: chatId } }),
    storageHolds(held),
    begins('late', who, method, request, { operation: held }),
    passes(CALL_DEADLINE_MS),
    fails('late', 'DEADLINE_EXCEEDED'),
    storageGoesOn(),
    storageHolds(held),
    begins(
      'in time',
      who,
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
    name: 'whatever is not for anybody is refused without a token, before its arguments are judged',
    people: [],
    steps: METHODS.filter((method) => CALLED_BY[method] !== 'anybody').map((method) =>
      isRefused(NOBODY, method, OF_A_CHAT.includes(method) ? { chatId: 'x' } : {}, 'UNAUTHENTICATED'),
    ),
  },
  {
    name: 'whatever is about a chat is refused for one that is not there',
    steps: OF_A_CHAT.map((method) =>
      isRefused(callerOf(method), method, goodRequest(method, NO_CHAT), 'CHAT_NOT_FOUND'),
    ),
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
