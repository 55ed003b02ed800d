/** What bounds how fast calls may come. */

import { DEFAULT_RATES } from '../../domain/rates.ts';
import { networkList } from '../networks.ts';
import { rate } from '../rate.ts';
import { trueOrFalse, type SettingTable } from '../setting.ts';

export const RATES_SETTINGS = {
  'rate-limits': {
    group: 'Rates',
    kind: trueOrFalse(),
    default: true,
    description: 'whether the rates below hold; false switches all of them off',
  },
  'session-rate': {
    group: 'Rates',
    kind: rate(),
    default: DEFAULT_RATES.session,
    description: 'calls of one session, over all instances',
  },
  'address-rate': {
    group: 'Rates',
    kind: rate(),
    default: DEFAULT_RATES.address,
    description: 'calls from one address (of IPv6: from one /64), whoever makes them, over all instances',
  },
  'session-create-rate': {
    group: 'Rates',
    kind: rate(),
    default: DEFAULT_RATES.sessionCreation,
    description: 'sessions created from one address, over all instances',
  },
  'chat-create-rate': {
    group: 'Rates',
    kind: rate(),
    default: DEFAULT_RATES.chatCreation,
    description: 'chats created by one session, over all instances',
  },
  'trusted-proxies': {
    group: 'Rates',
    kind: networkList(),
    default: undefined,
    description: 'proxies that are believed when they say from which address a call comes (X-Forwarded-For, Forwarded)',
  },
} as const satisfies SettingTable;
