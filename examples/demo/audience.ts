/** The audience: everyone who speaks also reads, each in one of three ways. */

import type { Message } from '../../src/gen/veche/v1/message_pb.js';
import { BadNetwork } from './bad-network.ts';
import { findDifference } from './check.ts';
import type { VecheClient } from './client.ts';
import { readByPage, readLive, readUnread, type Reader, type Seat } from './readers.ts';
import type { Line } from './script.ts';

/** A way of reading. */
interface Way {
  readonly name: string;
  readonly read: Reader;
  /** Of so many answers one is lost. */
  readonly oneLostOf: number;
  /** What readers do about it, after its number. */
  readonly remedy: string;
  /** Nobody has their own words as unread, unless they had not read the ones before. */
  readonly mayLackOwn?: true;
}

const WAYS: readonly Way[] = [
  { name: 'live', read: readLive, oneLostOf: 50, remedy: 'streams broken and resumed' },
  { name: 'by page', read: readByPage, oneLostOf: 5, remedy: 'answers lost and asked for again' },
  {
    name: 'by unread',
    read: readUnread,
    oneLostOf: 5,
    remedy: 'answers lost and asked for again',
    mayLackOwn: true,
  },
];

/** Someone who reads along. */
interface Spectator {
  readonly name: string;
  readonly way: Way;
  readonly seat: Seat;
  /** What they have got until now. */
  readonly got: Message[];
}

/** What the readers of one way got. */
export interface WayOutcome {
  readonly name: string;
  readonly readers: number;
  readonly lines: number;
  readonly lost: number;
  readonly remedy: string;
}

/** Gives everyone a way of reading the chat, in turn. */
export function seatAudience(
  clients: ReadonlyMap<string, VecheClient>,
  chat: Pick<Seat, 'chatId' | 'curtain'>,
): readonly Spectator[] {
  return [...clients].map(([name, client], index) => {
    const way = WAYS[index % WAYS.length] as Way;
    return { name, way, seat: { ...chat, client, network: new BadNetwork(way.oneLostOf) }, got: [] };
  });
}

/** Reads until the end. */
export async function attend({ way, seat, got }: Spectator): Promise<void> {
  for await (const message of way.read(seat)) got.push(message);
}

/** Says of everyone who did not get exactly the script what is wrong, a sentence each. */
export function faultsOf(audience: readonly Spectator[], script: readonly Line[]): readonly string[] {
  return audience.flatMap(({ name, way, got }) => {
    const difference = findDifference(script, got, { without: way.mayLackOwn && name });
    return difference === undefined ? [] : [`${name}, reading ${way.name}: ${difference}`];
  });
}

/** Sums up what the readers of each way got. */
export function sumUp(audience: readonly Spectator[]): readonly WayOutcome[] {
  return WAYS.map((way) => {
    const readers = audience.filter((spectator) => spectator.way === way);
    return {
      name: way.name,
      readers: readers.length,
      lines: readers.reduce((sum, { got }) => sum + got.length, 0),
      lost: readers.reduce((sum, { seat }) => sum + seat.network.lost, 0),
      remedy: way.remedy,
    };
  });
}
