/** What is written down before it is done in several steps, so that somebody else can end it. */

import { DamagedRecordError } from './failures.ts';

/** An opening of a chat by its creator, or a closing by its creator or, where the user is empty, by an operator. */
export type Intent =
  | {
      readonly kind: 'open';
      readonly chatId: string;
      readonly userId: string;
      readonly createdAt: number;
      readonly isListed: boolean;
    }
  | { readonly kind: 'close'; readonly chatId: string; readonly userId: string; readonly at: number };

/** An intent as it is written down. */
export function intentOf(intent: Intent): string {
  const { kind, chatId, userId } = intent;
  const details = kind === 'open' ? [intent.createdAt, intent.isListed ? 'listed' : ''] : [intent.at];
  return [kind, chatId, userId, ...details].join('|');
}

/** Reads an intent. @throws DamagedRecordError */
export function readIntent(record: string): Intent {
  const [kind, chatId = '', userId = '', at = '', listed] = record.split('|');
  if (at !== '' && kind === 'open') {
    return { kind, chatId, userId, createdAt: Number(at), isListed: listed === 'listed' };
  }
  if (at !== '' && kind === 'close') return { kind, chatId, userId, at: Number(at) };
  throw new DamagedRecordError(`cannot make out what was intended: ${record.slice(0, 80)}`);
}
