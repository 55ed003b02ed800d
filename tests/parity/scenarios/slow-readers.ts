/** Readers that do not take what they are sent. */

import { expect } from 'vitest';
import { MAX_END_DELIVERY_MS } from '../../../src/domain/limits.ts';
import type { Fields } from '../api.ts';
import { the } from '../expectation.ts';
import { does, hears, passes, subscribes, type Scenario, type Step } from '../scenario.ts';

const chatId = the('chat');
const MAX_LENGTH = 65_536;

/** Posts until every stream was given up: how much that takes, the system decides. */
function postsUntilNobodyListens(who: string): Step {
  return async (stage) => {
    const request = { chatId, text: '👋'.repeat(MAX_LENGTH) };
    while (!stage.nobodyListens) await stage.callManyTimes(1, who, 'PostMessage', request);
  };
}

/** A stream brings messages without a gap, then the reason why it ends and the place to resume from, which has this name. */
function endsTooSlow(label: string, place: string): Step {
  return async (stage) => {
    const events = await stage.rest(label);
    const { seqs, last } = whatCame(events);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(last).toEqual({ end: { reason: 'READER_TOO_SLOW', seq: seqs.length } });
    stage.names.set(place, seqs.length);
  };
}

/** A stream that is resumed at a place goes on with the next message. */
function goesOnAfter(place: string): Step {
  return async (stage) => {
    stage.subscribe('resumed', 'Boris', { chatId, afterSeq: the(place) });
    const event = await stage.nextEvent('resumed', { isKept: false });
    expect(whatCame([event as Fields]).seqs).toEqual([Number(stage.names.get(place)) + 1]);
  };
}

/** How a client of either API says that its stream was cut. */
const CUT = /Bandwidth exhausted|terminated/;

/** A stream breaks off before it has brought its end. */
function isCut(label: string): Step {
  return async (stage) => {
    await expect(stage.rest(label), `${label} is cut`).rejects.toThrow(CUT);
  };
}

function whatCame(events: readonly Fields[]): { readonly seqs: readonly number[]; readonly last: Fields | undefined } {
  const batches = events.flatMap((event) => ('messages' in event ? [event['messages'] as Fields] : []));
  const seqs = batches.flatMap(({ messages }) => (messages as { seq: number }[]).map(({ seq }) => seq));
  return { seqs, last: events.at(-1) };
}

export const SLOW_READERS: readonly Scenario[] = [
  {
    name: 'a stream whose reader is too slow ends with the place to resume from, and is cut if not even that is taken',
    shows: ['MAX_END_DELIVERY_MS'],
    limits: { maxMessageLength: MAX_LENGTH },
    steps: [
      does('Anna', 'CreateChat', {}, { chat: { id: chatId } }),
      subscribes('slow', 'Boris', { chatId }),
      hears('slow', { caughtUp: { seq: 0 } }),
      subscribes('stuck', 'Anna', { chatId }),
      hears('stuck', { caughtUp: { seq: 0 } }),
      postsUntilNobodyListens('Anna'),
      passes(MAX_END_DELIVERY_MS - 1),
      endsTooSlow('slow', 'the place'),
      goesOnAfter('the place'),
      passes(1),
      isCut('stuck'),
    ],
  },
];
