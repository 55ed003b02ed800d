/** The events of a stream as responses of `Subscribe`, each encoded once whatever the number of its readers. */

import type { EndReason, EventSink, LiveEvent } from '../live/events.ts';
import { StreamEndReason, SubscribeResponseSchema, type SubscribeResponse } from '../gen/veche/v1/message_pb.js';
import type { ResponseStream } from './adapter.ts';
import { encode } from './codec.ts';
import { writeMessage } from './responses.ts';

const END_REASONS: Readonly<Record<EndReason, StreamEndReason>> = {
  CHAT_CLOSED: StreamEndReason.CHAT_CLOSED,
  SESSION_ENDED: StreamEndReason.SESSION_ENDED,
  SERVER_GOING_AWAY: StreamEndReason.SERVER_GOING_AWAY,
  READER_TOO_SLOW: StreamEndReason.READER_TOO_SLOW,
};

/** The bytes of an event, kept as long as the event itself is. */
const encodedEvents = new WeakMap<LiveEvent, Buffer>();

/** A sink that sends its events to a stream. */
export function eventSink(stream: ResponseStream<typeof SubscribeResponseSchema>): EventSink {
  return {
    send: (event, taken) => stream.send(encodedEvent(event), taken),
    end: () => stream.end(),
    cut: () => stream.cut(),
  };
}

function encodedEvent(event: LiveEvent): Buffer {
  let bytes = encodedEvents.get(event);
  if (bytes === undefined) {
    bytes = encode(SubscribeResponseSchema, { $typeName: 'veche.v1.SubscribeResponse', event: writeEvent(event) });
    encodedEvents.set(event, bytes);
  }
  return bytes;
}

function writeEvent(event: LiveEvent): SubscribeResponse['event'] {
  if (event.type === 'messages') {
    const messages = event.messages.map(writeMessage);
    return { case: 'messages', value: { $typeName: 'veche.v1.MessageBatch', messages } };
  }
  const seq = BigInt(event.seq);
  if (event.type === 'missed') {
    return { case: 'missed', value: { $typeName: 'veche.v1.MissedMessages', count: BigInt(event.count), seq } };
  }
  if (event.type === 'caught-up') {
    return { case: 'caughtUp', value: { $typeName: 'veche.v1.CaughtUp', seq } };
  }
  return { case: 'end', value: { $typeName: 'veche.v1.StreamEnd', reason: END_REASONS[event.reason], seq } };
}
