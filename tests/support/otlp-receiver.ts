/** A collector of traces: takes what is exported as OTLP in JSON, keeps it, and has bad days on request. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One span, with its attributes as a plain object. */
export interface ReceivedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  /** Absent: the span begins its trace. */
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** 2: it failed. */
  readonly status: { readonly code: number; readonly message?: string };
  readonly events: readonly unknown[];
}

/** How the receiver takes what comes: as it should, by refusing it, or by never answering. */
export type Manner = 'taking' | 'refusing' | 'silent';

/** Of `kind`. */
export const SERVER = 2;
export const CLIENT = 3;

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}
type WireSpan = Omit<ReceivedSpan, 'attributes' | 'links' | 'events'> & {
  readonly attributes: readonly Attribute[];
  readonly links?: ReceivedSpan['links'];
  readonly events?: readonly unknown[];
};
interface Payload {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

/** Receives at a free port. */
export class OtlpReceiver {
  manner: Manner = 'taking';
  /** For `otlp-endpoint`. */
  url = '';
  /** The bodies that came, whatever was done with them. */
  readonly bodies: string[] = [];
  /** The paths and headers of the requests that came. */
  readonly requests: { readonly path: string | undefined; readonly headers: IncomingMessage['headers'] }[] = [];
  /** All spans taken so far. */
  readonly spans: ReceivedSpan[] = [];
  /** What the server said last of itself. */
  resource: Readonly<Record<string, unknown>> = {};
  readonly #server = createServer((request, response) => void this.#take(request, response));
  #onArrival = Promise.withResolvers<void>();

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    await once(receiver.#server.listen(0, '127.0.0.1'), 'listening');
    receiver.url = `http://127.0.0.1:${(receiver.#server.address() as AddressInfo).port}`;
    return receiver;
  }

  /** The spans with a name. */
  named(name: string): readonly ReceivedSpan[] {
    return this.spans.filter((span) => span.name === name);
  }

  /** The spans directly within a span. */
  within({ spanId, traceId }: ReceivedSpan): ReceivedSpan[] {
    return this.spans.filter((span) => span.parentSpanId === spanId && span.traceId === traceId);
  }

  /** Waits until something has arrived for which this holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.#onArrival.promise;
  }

  /** Nothing answers at its port any more. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    this.bodies.push(body);
    this.requests.push({ path: request.url, headers: request.headers });
    if (this.manner === 'taking') {
      for (const { resource, scopeSpans } of (JSON.parse(body) as Payload).resourceSpans) {
        this.resource = toRecord(resource.attributes);
        this.spans.push(...scopeSpans.flatMap(({ spans }) => spans.map(toSpan)));
      }
      response.setHeader('content-type', 'application/json').end('{}');
    } else if (this.manner === 'refusing') {
      response.writeHead(400).end();
    }
    this.#onArrival.resolve();
    this.#onArrival = Promise.withResolvers();
  }
}

function toSpan({ attributes, links = [], events = [], ...span }: WireSpan): ReceivedSpan {
  return { ...span, attributes: toRecord(attributes), links, events };
}

function toRecord(attributes: readonly Attribute[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
