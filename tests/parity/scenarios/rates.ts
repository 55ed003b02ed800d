/** Rates: what comes too fast is told when to come again, and is welcome then. */

import { CALLED_BY, METHODS } from '../../../src/service/calls.ts';
import { the } from '../expectation.ts';
import {
  begins,
  does,
  gets,
  hears,
  isRefused,
  NOBODY,
  passes,
  posts,
  subscribes,
  type ExpectedRefusal,
  type Scenario,
} from '../scenario.ts';
import { goodRequest } from './every-method.ts';

const chatId = the('chat');
const opensChat = does('Anna', 'CreateChat', {}, { chat: { id: chatId } });
const vera = { displayName: 'Vera' };
const NO_CHAT = '0198c0df-02b8-7e94-9d15-c3a6f0724b8e';

function tooFast(retryAfterSeconds: number): ExpectedRefusal {
  return { code: 'RATE_LIMITED', retryAfterSeconds };
}

export const RATES: readonly Scenario[] = [
  {
    name: 'whoever calls from one address shares its rate, whatever they call, and one more call is taken at the time told',
    // Anna and Boris have come already.
    rates: { address: { burst: 3, periodMs: 30_000 } },
    steps: [
      opensChat,
      ...METHODS.map((method) => isRefused('Boris', method, goodRequest(method, chatId), tooFast(10))),
      isRefused('Anna', 'GetSession', {}, tooFast(10)),
      passes(9_999),
      isRefused('Boris', 'GetSession', {}, tooFast(1)),
      passes(1),
      does('Boris', 'GetSession', {}),
      isRefused('Anna', 'GetSession', {}, tooFast(10)),
    ],
  },
  {
    name: 'each session has a rate of its own, for whatever it calls, and one more call is taken at the time told',
    rates: { session: { burst: 2, periodMs: 4_000 } },
    steps: [
      opensChat,
      posts('Anna', chatId, 'раз'),
      ...METHODS.filter((method) => CALLED_BY[method] === 'session').map((method) =>
        isRefused('Anna', method, goodRequest(method, chatId), tooFast(2)),
      ),
      does('Boris', 'GetSession', {}),
      does('Anna', 'GetStats', {}),
      passes(1_999),
      isRefused('Anna', 'GetSession', {}, tooFast(1)),
      passes(1),
      posts('Anna', chatId, 'два'),
      isRefused('Anna', 'GetSession', {}, tooFast(2)),
      passes(4_000),
      posts('Anna', chatId, 'три', 'четыре'),
      isRefused('Anna', 'GetSession', {}, tooFast(2)),
    ],
  },
  {
    name: 'streams and waits that have begun go on, however fast other calls come',
    rates: { session: { burst: 2, periodMs: 4_000 } },
    steps: [
      opensChat,
      subscribes('stream', 'Boris', { chatId }),
      hears('stream', { caughtUp: { seq: 0 } }),
      begins('wait', 'Boris', 'FetchUnread', { chatId, wait: 30_000 }, { operation: 'fetchUnread', times: 2 }),
      isRefused('Boris', 'Subscribe', { chatId }, tooFast(2)),
      posts('Anna', chatId, 'раз'),
      hears('stream', { messages: { messages: [{ seq: 1 }] } }),
      gets('wait', { messages: [{ seq: 1 }] }),
    ],
  },
  {
    name: 'sessions are created from one address only so fast; all else goes on',
    rates: { sessionCreation: { burst: 3, periodMs: 15_000 } },
    steps: [
      isRefused(NOBODY, 'CreateSession', { displayName: ' ' }, 'INVALID_ARGUMENT'),
      isRefused(NOBODY, 'CreateSession', vera, tooFast(5)),
      does('Anna', 'CreateChat', {}),
      passes(5_000),
      does('Vera', 'CreateSession', vera),
      isRefused(NOBODY, 'CreateSession', vera, tooFast(5)),
    ],
  },
  {
    name: 'each session creates chats only so fast; all else goes on',
    rates: { chatCreation: { burst: 1, periodMs: 5_000 } },
    steps: [
      opensChat,
      isRefused('Anna', 'CreateChat', {}, tooFast(5)),
      posts('Anna', chatId, 'раз', 'два'),
      does('Boris', 'CreateChat', {}),
      passes(5_000),
      does('Anna', 'CreateChat', {}),
      isRefused('Anna', 'CreateChat', {}, tooFast(5)),
    ],
  },
  {
    name: 'the rate of the address before the session, the session before its rate, its rate before the arguments',
    rates: { address: { burst: 8, periodMs: 8_000 }, session: { burst: 1, periodMs: 1_000 } },
    steps: [
      does('Anna', 'GetSession', {}),
      isRefused('Anna', 'GetChat', { chatId: 'x' }, tooFast(1)),
      isRefused('Anna', 'GetChat', { chatId: NO_CHAT }, tooFast(1)),
      does('Boris', 'EndSession', {}),
      isRefused('Boris', 'GetChat', { chatId: 'x' }, 'UNAUTHENTICATED'),
      isRefused(NOBODY, 'GetChat', { chatId: 'x' }, 'UNAUTHENTICATED'),
      isRefused(NOBODY, 'GetChat', { chatId: 'x' }, tooFast(1)),
      isRefused(NOBODY, 'CreateSession', { displayName: ' ' }, tooFast(1)),
    ],
  },
];
