/** What the measures at the interface of storages have in common: people and chats there, without a server in between. */

import { randomUUID } from 'node:crypto';
import { encodedSizeBound } from '../../src/domain/encoded-size.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { User } from '../../src/domain/models.ts';
import { Refusal } from '../../src/domain/errors.ts';
import type { StorageLog } from '../../src/storage/storage-log.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { load, TEXT } from '../load.ts';
import type { MeasuredProcess, Side } from '../measure.ts';

/** Over which callers spread. */
export const CHATS = 50;
const PEOPLE = 64;
const KEPT = 1_000;

/** Only what goes wrong, on the standard error as everything besides the figures. */
export const LOG: StorageLog = {
  info: () => {},
  warn: (fields, message) => console.error(message, fields),
  error: (fields, message) => console.error(message, fields),
};

/** The benchmark itself, where it calls a storage without a server. */
const OWN_PROCESS: MeasuredProcess = {
  async cpuSeconds() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
};

/** A side that does something `count` times in each round, many at a time. */
export function repeating(count: number, step: (index: number) => Promise<unknown>): Side {
  return { target: { process: OWN_PROCESS }, task: () => load(count, step) };
}

/** Starts a session. */
export async function openSession(storage: Storage): Promise<User> {
  const user = { userId: randomUUID(), displayName: 'Speaker' };
  const { sessionTtlMs: ttlMs } = DEFAULT_LIMITS;
  accepted(await storage.createSession({ user, tokenHash: Buffer.alloc(32), ttlMs, maxUsers: 0, now: Date.now() }));
  return user;
}

/** Opens a chat. @param maxMessages how many it keeps, 0 for all. @returns its id. */
export async function openChat(storage: Storage, creator: User, maxMessages = 0): Promise<string> {
  const settings = { title: '', readOnly: false, unlisted: false, ttlMs: undefined, maxMessages };
  const chat = { id: randomUUID(), creator, createdAt: Date.now(), ...settings };
  return accepted(await storage.createChat({ chat, maxChats: 0, maxChatsPerUser: 0 })).id;
}

/** Posts a message. */
export async function post(storage: Storage, chatId: string, author: User): Promise<void> {
  // A text of its own for each, as if it had come through the port.
  const text = Buffer.from(TEXT).toString();
  const sizeBytes = encodedSizeBound(author.displayName, text);
  const message = { id: randomUUID(), chatId, author, text, sizeBytes, clientMessageId: undefined };
  accepted(await storage.postMessage({ ...message, now: Date.now() }));
}

/** People who post to several chats. */
export async function postingTo(storage: Storage, posts: number): Promise<Side> {
  const people: User[] = [];
  while (people.length < PEOPLE) people.push(await openSession(storage));
  const chatIds: string[] = [];
  for (const person of people.slice(0, CHATS)) chatIds.push(await openChat(storage, person, KEPT));
  return repeating(posts, (index) => post(storage, chatIds[index % CHATS] as string, people[index % PEOPLE] as User));
}

/** What was asked for. @throws Error for a refusal: nothing is refused here. */
export function accepted<T>(answer: T | Refusal): T {
  if (answer instanceof Refusal) throw new Error(`refused: ${answer.code}`);
  return answer;
}
