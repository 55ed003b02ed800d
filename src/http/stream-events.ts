/** The events of a stream as server-sent events, each encoded once whatever the number of its readers. */

import { randomInt } from 'node:crypto';
import type { EndReason, EventSink, LiveEvent } from '../live/events.ts';
import type { StreamEvent } from '../gen/http/types.gen.ts';
import type { EventStream } from './event-stream.ts';
import { writeMessage } from './responses.ts';

/** After these the stream goes on elsewhere, or a little later. */
const RESUMABLE: ReadonlySet<EndReason> = new Set(['SERVER_GOING_AWAY', 'READER_TOO_SLOW']);
const MIN_RETRY_MS = 250;
const MAX_RETRY_MS = 2_500;

/** The bytes of an event, kept as long as the event itself is. */
const encodedEvents = new WeakMap<LiveEvent, Buffer>();

/** A sink that sends its events to a stream. */
export function eventSink(stream: EventStream): EventSink {
  return {
    send: (event, taken) => stream.send(encodedEvent(event), taken),
    end: () => stream.end(),
    cut: () => stream.cut(),
  };
}

function encodedEvent(event: LiveEvent): Buffer {
  let bytes = encodedEvents.get(event);
  if (bytes === undefined) {
    const data = JSON.stringify(writeEvent(event));
    bytes = Buffer.from(`event: ${event.type}\nid: ${lastSeq(event)}\ndata: ${data}\n${retryField(event)}\n`);
    encodedEvents.set(event, bytes);
  }
  return bytes;
}

/** When to come back, where that is of use: drawn for each stream, so that not all do in the same moment. */
function retryField(event: LiveEvent): string {
  if (event.type !== 'end' || !RESUMABLE.has(event.reason)) return '';
  return `retry: ${randomInt(MIN_RETRY_MS, MAX_RETRY_MS)}\n`;
}

/** The last seq that an event covers. */
function lastSeq(event: LiveEvent): number {
  return event.type === 'messages' ? event.messages.at(-1)!.seq : event.seq;
}

function writeEvent(event: LiveEvent): StreamEvent {
  if (event.type === 'messages') return { messages: event.messages.map(writeMessage) };
  if (event.type === 'missed') return { count: event.count, seq: event.seq };
  if (event.type === 'caught-up') return { seq: event.seq };
  return { reason: event.reason, seq: event.seq };
}
