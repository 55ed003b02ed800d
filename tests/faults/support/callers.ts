/** One person at one address, over gRPC or over HTTP: what is said and heard is the same, and so is how calls fail. */

import { MessageService, StreamEndReason, type SubscribeResponse } from '../../../src/gen/veche/v1/message_pb.js';
import type * as Http from '../../../src/gen/http/index.ts';
import { openEvents, type Sent } from '../../support/event-reader.ts';
import { GrpcClient } from '../../support/grpc-client.ts';
import { GrpcError } from '../../support/grpc-error.ts';

/** A post that may be sent again. */
export interface Post {
  readonly chatId: string;
  readonly text: string;
  readonly clientMessageId: string;
}

/** A message as far as it is compared. */
export interface Heard {
  readonly seq: number;
  readonly text: string;
}

/** One event of a stream. */
type Item =
  | { readonly type: 'messages'; readonly messages: readonly Heard[] }
  | { readonly type: 'missed' | 'caught-up'; readonly seq: number }
  | { readonly type: 'end'; readonly reason: string; readonly seq: number };

/** A call that got no answer, or that of somebody who could not do it. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  /** The gRPC code, the HTTP status, NOT_CONNECTED or another error of the connection. */
  readonly how: string;

  constructor(how: string, cause: unknown) {
    super(how, { cause });
    this.how = how;
  }
}

/** Somebody who calls. */
export interface Caller {
  /** @returns its seq. @throws CallFailed */
  post(post: Post): Promise<number>;
  /** The events of one stream, to its end. @throws CallFailed if it is refused, or breaks off. */
  follow(chatId: string, afterSeq: number): AsyncIterable<Item>;
  close(): void;
}

/** @param serviceConfig what the client does about failures by itself. */
export function grpcCaller(port: number, token: string, serviceConfig?: object): Caller {
  const client = new GrpcClient(`127.0.0.1:${port}`, undefined, undefined, serviceConfig);
  return {
    async post(post) {
      try {
        return Number((await client.call(MessageService.method.postMessage, post, { token })).message!.seq);
      } catch (error) {
        throw failed(error);
      }
    },
    async *follow(chatId, afterSeq) {
      const stream = client.stream(MessageService.method.subscribe, { chatId, afterSeq: BigInt(afterSeq) }, { token });
      try {
        for await (const { event } of stream) yield grpcItem(event);
      } catch (error) {
        throw failed(error);
      }
    },
    close: () => client.close(),
  };
}

/** Keeps its connections, as browsers do, until it is told that an answer was the last. */
export function httpCaller(port: number, token: string): Caller {
  return {
    async post({ chatId, ...body }) {
      const url = `http://127.0.0.1:${port}/v1/chats/${chatId}/messages`;
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      try {
        const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
        const answer = await response.text();
        if (response.status !== 201) throw new CallFailed(String(response.status), answer);
        return (JSON.parse(answer) as Http.PostMessageResponse).message.seq;
      } catch (error) {
        throw failed(error);
      }
    },
    async *follow(chatId, afterSeq) {
      try {
        const reader = await openEvents(port, { token }, chatId, { query: `?afterSeq=${afterSeq}` });
        const { statusCode } = reader.response;
        if (statusCode !== 200) {
          reader.response.destroy();
          throw new CallFailed(String(statusCode), undefined);
        }
        for (let sent = await reader.next(); sent !== undefined; sent = await reader.next()) yield httpItem(sent);
      } catch (error) {
        throw failed(error);
      }
    },
    close: () => {},
  };
}

function grpcItem(event: SubscribeResponse['event']): Item {
  if (event.case === 'messages') {
    return { type: 'messages', messages: event.value.messages.map(({ seq, text }) => ({ seq: Number(seq), text })) };
  }
  if (event.case === 'end') {
    return { type: 'end', reason: StreamEndReason[event.value.reason], seq: Number(event.value.seq) };
  }
  return { type: event.case === 'missed' ? 'missed' : 'caught-up', seq: Number(event.value!.seq) };
}

function httpItem({ event, data }: Sent): Item {
  if (event === 'messages') return { type: 'messages', messages: (data as Http.MessagesEvent).messages };
  const { seq } = data as Http.EndEvent;
  if (event === 'end') return { type: 'end', reason: (data as Http.EndEvent).reason, seq };
  return { type: event as 'missed' | 'caught-up', seq };
}

function failed(error: unknown): CallFailed {
  if (error instanceof CallFailed) return error;
  if (error instanceof GrpcError) return new CallFailed(error.grpcCode, error);
  const { code, syscall } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
  return new CallFailed(syscall === 'connect' ? 'NOT_CONNECTED' : (code ?? String(error)), error);
}
