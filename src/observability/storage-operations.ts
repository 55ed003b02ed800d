/** The operations of a storage that are measured: all of them that take time. An operation that is missing does not compile. */

import type { Storage } from '../storage/storage.ts';

/** Every operation but `close`: after it nobody asks for metrics any more. */
export type StorageOperation = {
  [Name in keyof Storage]: Storage[Name] extends (...args: never[]) => Promise<unknown> ? Name : never;
}[Exclude<keyof Storage, 'close'>];

const ALL: Readonly<Record<StorageOperation, true>> = {
  createSession: true,
  authenticate: true,
  endSession: true,
  createChat: true,
  getChat: true,
  listChats: true,
  closeChat: true,
  postMessage: true,
  listMessages: true,
  fetchUnread: true,
  markRead: true,
  listUnreadCounts: true,
  listSessions: true,
  readMessages: true,
  noteActivity: true,
  getStats: true,
  spendRates: true,
  watch: true,
  sweep: true,
  ping: true,
  readTime: true,
};

/** Their names, as in `storage/storage.ts`. */
export const STORAGE_OPERATIONS = Object.keys(ALL) as readonly StorageOperation[];
