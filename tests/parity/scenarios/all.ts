/** Every scenario. */

import type { Scenario } from '../scenario.ts';
import { BAD_VALUE_SCENARIOS } from './bad-values.ts';
import { CHATS } from './chats.ts';
import { EVERY_METHOD } from './every-method.ts';
import { LIMITS_OF_ANSWERS } from './limits-of-answers.ts';
import { LIMITS_OF_COUNTS } from './limits-of-counts.ts';
import { LIMITS_OF_VALUES } from './limits-of-values.ts';
import { MESSAGES } from './messages.ts';
import { OPERATORS } from './operators.ts';
import { PRECEDENCE } from './precedence.ts';
import { RATES } from './rates.ts';
import { SESSIONS } from './sessions.ts';
import { SLOW_READERS } from './slow-readers.ts';
import { STREAMS } from './streams.ts';
import { UNREAD } from './unread.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...SESSIONS,
  ...CHATS,
  ...MESSAGES,
  ...UNREAD,
  ...STREAMS,
  ...OPERATORS,
  ...EVERY_METHOD,
  ...SLOW_READERS,
  ...PRECEDENCE,
  ...RATES,
  ...BAD_VALUE_SCENARIOS,
  ...LIMITS_OF_VALUES,
  ...LIMITS_OF_COUNTS,
  ...LIMITS_OF_ANSWERS,
];
