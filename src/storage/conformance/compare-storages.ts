/** Two storages side by side: the same calls must get the same answers. */

import { expect } from 'vitest';

import { Refusal } from '../../domain/errors.ts';
import type { ActiveUser } from '../../domain/models.ts';
import type { ChatCursor, Storage } from '../storage.ts';
import { type Command, randomCommands } from './commands.ts';

/** How often each outcome was seen: `getChat: answered`, `getChat: CHAT_NOT_FOUND` … */
export type Outcomes = Readonly<Record<string, number>>;

/**
 * Plays the calls of a seed on two storages with fresh data and expects the same answers. A failure names the seed, the
 * step, the call and both answers; the seed alone brings it back.
 * @param options.sweepSecond sweeps the second storage, a little, before each call.
 */
export async function compareStorages(
  first: Storage,
  second: Storage,
  seed: number,
  steps: number,
  { sweepSecond = false } = {},
): Promise<Outcomes> {
  const outcomes: Record<string, number> = {};
  let step = 0;
  for (const command of randomCommands(seed, steps)) {
    step += 1;
    const where = `seed ${seed}, step ${step}: ${command.operation} ${JSON.stringify(command.args, readable)}`;
    if (sweepSecond) await second.sweep({ now: command.now, limit: 1 + (step % 5) });
    const expected = await play(first, command, `the first storage, ${where}`);
    const answered = await play(second, command, `the second storage, ${where}`);
    expect({ where, answered }).toEqual({ where, answered: expected });

    const outcome = `${command.operation}: ${nameOf(expected)}`;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return outcomes;
}

/** The answer to a command in a form that can be compared. */
async function play(storage: Storage, command: Command, where: string): Promise<unknown> {
  const { caller, now } = command;
  try {
    if (caller !== undefined) {
      const { userId, tokenHash } = caller;
      const session = await storage.authenticate({ userId, tokenHash, now });
      if (session instanceof Refusal) return comparable(session);
    }
    return comparable(await call(storage, command));
  } catch (error) {
    throw new Error(where, { cause: error });
  }
}

/** Makes one call, or, where an answer comes in pages, all calls that it takes. */
async function call(storage: Storage, command: Command): Promise<unknown> {
  const { operation, args } = command;
  if (operation === 'listChats') {
    return walk<ChatCursor>(async (after) => {
      const { chats, next } = await storage.listChats({ ...args, after });
      return { items: chats, next };
    });
  }
  if (operation === 'listSessions') {
    return walk<string>(async (after) => {
      const { sessions, next } = await storage.listSessions({ ...args, after });
      return { items: sessions, next };
    });
  }
  if (operation === 'listUnreadCounts') {
    return walk<ChatCursor>(async (after) => {
      const { counts, next } = await storage.listUnreadCounts({ ...args, after });
      return { items: counts, next };
    });
  }
  return storage[operation](args as never);
}

/** Goes through all pages. Where they are cut is the storage's own affair. */
async function walk<Cursor>(
  page: (after: Cursor | undefined) => Promise<{ items: readonly unknown[]; next: Cursor | undefined }>,
): Promise<unknown[]> {
  const all: unknown[] = [];
  let after: Cursor | undefined;
  do {
    const { items, next } = await page(after);
    all.push(...items);
    after = next;
  } while (after !== undefined && all.length < 10_000);
  return all;
}

/** Refusals by code and fields; users active at the same instant in one order, for any is right. */
function comparable(answer: unknown): unknown {
  if (answer instanceof Refusal) {
    return { refusedWith: answer.code, fields: answer.violations.map(({ field }) => field) };
  }
  if (Array.isArray(answer)) return answer.map(comparable);
  if (typeof answer === 'object' && answer !== null && 'activeUsers' in answer) {
    const { count, users } = answer.activeUsers as { count: number; users: readonly ActiveUser[] };
    return { ...answer, activeUsers: { count, users: users.toSorted(byActivity) } };
  }
  return answer;
}

function byActivity(a: ActiveUser, b: ActiveUser): number {
  return b.lastActiveAt - a.lastActiveAt || (a.userId < b.userId ? -1 : 1);
}

function nameOf(answer: unknown): string {
  return typeof answer === 'object' && answer !== null && 'refusedWith' in answer
    ? String(answer.refusedWith)
    : 'answered';
}

function readable(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
