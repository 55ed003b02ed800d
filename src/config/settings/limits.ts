/** What bounds users, chats and messages. */

import { DEFAULT_LIMITS, MAX_ALLOWED_MESSAGE_LENGTH, MAX_CHAT_TTL_MS, MIN_CHAT_TTL_MS } from '../../domain/limits.ts';
import { duration, wholeNumber, type SettingTable } from '../setting.ts';

/** 0 is no limit. */
const count = wholeNumber({ min: 0, max: 1_000_000_000 });
const lifetime = duration({ min: MIN_CHAT_TTL_MS, max: MAX_CHAT_TTL_MS });

export const LIMITS_SETTINGS = {
  'max-users': {
    group: 'Limits',
    kind: count,
    default: DEFAULT_LIMITS.maxUsers,
    description: 'live sessions at one time, over all instances; 0: no limit',
  },
  'max-chats': {
    group: 'Limits',
    kind: count,
    default: DEFAULT_LIMITS.maxChats,
    description: 'open chats at one time, over all instances; 0: no limit',
  },
  'max-chats-per-user': {
    group: 'Limits',
    kind: count,
    default: DEFAULT_LIMITS.maxChatsPerUser,
    description: 'open chats that one user may have created; 0: no limit',
  },
  'max-chat-size': {
    group: 'Limits',
    kind: count,
    default: DEFAULT_LIMITS.maxChatSize,
    description: 'most messages that one chat may keep; 0: no limit',
  },
  'max-message-length': {
    group: 'Limits',
    kind: wholeNumber({ min: 1, max: MAX_ALLOWED_MESSAGE_LENGTH }),
    default: DEFAULT_LIMITS.maxMessageLength,
    description: 'characters (Unicode code points) in one message',
  },
  'max-streams-per-session': {
    group: 'Limits',
    kind: count,
    default: DEFAULT_LIMITS.maxStreamsPerSession,
    description: 'open streams and waits of one session on one instance; 0: no limit',
  },
  'session-ttl': {
    group: 'Limits',
    kind: lifetime,
    default: DEFAULT_LIMITS.sessionTtlMs,
    description: 'how long an inactive session lives',
  },
  'max-chat-ttl': {
    group: 'Limits',
    kind: lifetime,
    default: DEFAULT_LIMITS.maxChatTtlMs,
    description: 'longest chat lifetime that may be asked for, also given to chats that ask for none',
  },
} as const satisfies SettingTable;
