import { create } from '@bufbuild/protobuf';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GrpcClient } from '../../tests/support/grpc-client.ts';
import { failure } from '../../tests/support/grpc-error.ts';
import { Refusal, type FieldViolation } from '../domain/errors.ts';
import { MessageService, SubscribeResponseSchema, type SubscribeResponse } from '../gen/veche/v1/message_pb.js';
import { GetStatsResponseSchema, LimitsSchema, StatsService, type Limits } from '../gen/veche/v1/stats_pb.js';
import { CallerAddresses } from '../service/caller-addresses.ts';
import type { Call } from '../service/calls.ts';
import { HeldBytes } from '../service/held-bytes.ts';
import { addService, type Handlers, type OnFailure } from './adapter.ts';
import { encode } from './codec.ts';
import { UntakenAnswers } from './untaken-answers.ts';

type GetStats = Handlers<typeof StatsService>['getStats'];
type Subscribe = Handlers<typeof MessageService>['subscribe'];

const OK = create(GetStatsResponseSchema, { users: 7n });
const { getStats } = StatsService.method;
const { subscribe } = MessageService.method;

const onFailure: OnFailure = ({ method }, error) =>
  new Refusal('INTERNAL', { correlationId: `${method}: ${String(error)}` });

const hooks = { onFailure, untaken: new UntakenAnswers(new HeldBytes(Infinity)), addresses: new CallerAddresses([]) };

async function refuse(): Promise<Refusal> {
  return new Refusal('INTERNAL');
}

async function answerWithLimits(): Promise<Limits> {
  return create(LimitsSchema);
}

function caughtUp(seq: bigint): SubscribeResponse {
  return create(SubscribeResponseSchema, { event: { case: 'caughtUp', value: { seq } } });
}

let answer: GetStats;
let begin: Subscribe;
let server: Server;
let client: GrpcClient;

beforeAll(async () => {
  server = new Server();
  addService(server, StatsService, { getStats: (...call) => answer(...call) }, hooks);
  addService(
    server,
    MessageService,
    {
      postMessage: refuse,
      listMessages: refuse,
      fetchUnread: refuse,
      markRead: refuse,
      listUnreadCounts: refuse,
      subscribe: (...call) => begin(...call),
    },
    hooks,
  );
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind('127.0.0.1:0', ServerCredentials.createInsecure());
  client = new GrpcClient(`127.0.0.1:${port}`);
});

afterAll(() => {
  client.close();
  server.forceShutdown();
});

describe('a handler of one answer', () => {
  test('answers with a message', async () => {
    answer = async () => OK;
    expect(await client.call(getStats, {})).toEqual(OK);
  });

  test('refuses with a refusal', async () => {
    answer = async () => new Refusal('STORAGE_UNAVAILABLE');
    expect(await failure(client.call(getStats, {}))).toMatchObject({ reason: 'STORAGE_UNAVAILABLE' });
  });

  test('that fails is answered with INTERNAL and a correlation id', async () => {
    answer = async () => {
      throw new Error('broken');
    };
    expect(await failure(client.call(getStats, {}))).toMatchObject({
      reason: 'INTERNAL',
      correlationId: 'GetStats: Error: broken',
    });
  });

  test('must be there for every method, or it does not compile', () => {
    // @ts-expect-error getStats is missing
    const handlers: Handlers<typeof StatsService> = {};
    expect(handlers).toEqual({});
  });

  test('must answer with the response of its method, or it does not compile', () => {
    // @ts-expect-error Limits is no answer
    const handlers: Handlers<typeof StatsService> = { getStats: answerWithLimits };
    expect(handlers.getStats).toBe(answerWithLimits);
  });
});

describe('a call', () => {
  test('has the name of its method', async () => {
    const calls: Call[] = [];
    answer = async (call) => {
      calls.push(call);
      return OK;
    };
    await client.call(getStats, {});
    expect(calls.map(({ method }) => method)).toEqual(['GetStats']);
  });

  test.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER  abc', 'abc'],
    ['Basic abc', undefined],
    ['Bearer', undefined],
    ['Bearer a b', undefined],
    ['abc', undefined],
    ['', undefined],
  ])('with authorization %j has the token %j', async (authorization, token) => {
    let seen: string | undefined = 'not called';
    answer = async (call) => {
      seen = call.token;
      return OK;
    };
    await client.call(getStats, {}, { metadata: { authorization } });
    expect(seen).toBe(token);
  });

  test('says what of its request could not be read', async () => {
    const seen: (readonly FieldViolation[])[] = [];
    answer = async ({ unreadable }) => {
      seen.push(unreadable);
      return OK;
    };
    await client.call(getStats, {});
    await client.callRaw(getStats, Uint8Array.of(0xff));
    expect(seen).toEqual([[], [{ field: '', description: 'is not a valid encoding of veche.v1.GetStatsRequest' }]]);
  });

  test('of a stream says what of its request could not be read, beside what could', async () => {
    const seen: unknown[] = [];
    begin = async ({ unreadable }, { afterSeq }, stream) => {
      seen.push(unreadable, afterSeq);
      stream.end();
      return undefined;
    };
    await client.streamRaw(subscribe, Uint8Array.of(0x08, 0x01, 0x10, 0x07)).rest();
    expect(seen).toEqual([[{ field: 'chat_id', description: 'must be encoded as string' }], 7n]);
  });

  test('without authorization has no token', async () => {
    let seen: string | undefined = 'not called';
    answer = async (call) => {
      seen = call.token;
      return OK;
    };
    await client.call(getStats, {});
    expect(seen).toBeUndefined();
  });
});

/** Makes a handler that answers only when its signal is aborted, and tells when it was called and when it was aborted. */
function untilAborted(): {
  readonly handler: GetStats;
  readonly called: Promise<Call>;
  readonly aborted: Promise<void>;
} {
  const called = Promise.withResolvers<Call>();
  const aborted = Promise.withResolvers<void>();
  return {
    called: called.promise,
    aborted: aborted.promise,
    handler: (call) =>
      new Promise((resolve) => {
        call.signal.addEventListener('abort', () => {
          aborted.resolve();
          resolve(new Refusal('DEADLINE_EXCEEDED'));
        });
        called.resolve(call);
      }),
  };
}

describe('the signal of a call', () => {
  test('is aborted when the caller cancels', async () => {
    const { handler, called, aborted } = untilAborted();
    answer = handler;
    const cancel = new AbortController();
    const failed = failure(client.call(getStats, {}, { signal: cancel.signal }));
    await called;
    cancel.abort();
    await aborted;
    expect((await failed).grpcCode).toBe('CANCELLED');
  });

  test('is aborted when the deadline of the caller has passed', async () => {
    const { handler, aborted } = untilAborted();
    answer = handler;
    const failed = failure(client.call(getStats, {}, { deadlineMs: 50 }));
    await aborted;
    expect((await failed).grpcCode).toBe('DEADLINE_EXCEEDED');
  });

  test('is aborted when the server gives the call up', async () => {
    const { handler, called, aborted } = untilAborted();
    answer = handler;
    const failed = failure(client.call(getStats, {}));
    (await called).abandon();
    await aborted;
    expect((await failed).reason).toBe('DEADLINE_EXCEEDED');
  });

  test('is aborted from the start if it is first asked for when the caller is gone', async () => {
    const cancel = new AbortController();
    const [reached, gone, seen] = [0, 1, 2].map(() => Promise.withResolvers<unknown>());
    answer = async (call) => {
      reached!.resolve(undefined);
      await gone!.promise;
      seen!.resolve(call.signal.aborted);
      return OK;
    };
    const cancelled = failure(client.call(getStats, {}, { signal: cancel.signal }));
    await reached!.promise;
    cancel.abort();
    await cancelled;
    // What is answered on the same connection afterwards was sent after the cancelling.
    answer = async () => OK;
    await client.call(getStats, {});
    gone!.resolve(undefined);
    expect(await seen!.promise).toBe(true);
  });

  test('is not aborted while the caller waits', async () => {
    let aborted: boolean | undefined;
    answer = async (call) => {
      aborted = call.signal.aborted;
      return OK;
    };
    await client.call(getStats, {});
    expect(aborted).toBe(false);
  });
});

describe('a handler of a stream', () => {
  test('sends messages and bytes, and ends with status OK', async () => {
    begin = async (_call, _request, stream) => {
      stream.send(caughtUp(1n), () => {
        stream.send(encode(SubscribeResponseSchema, caughtUp(2n)), () => stream.end());
      });
      return undefined;
    };
    expect(await client.stream(subscribe, {}).rest()).toEqual([caughtUp(1n), caughtUp(2n)]);
  });

  test('hears that a response was taken only after it has handed it over', async () => {
    const order: string[] = [];
    begin = async (_call, _request, stream) => {
      stream.send(caughtUp(1n), () => {
        order.push('taken');
        stream.end();
      });
      order.push('handed over');
      return undefined;
    };
    await client.stream(subscribe, {}).rest();
    expect(order).toEqual(['handed over', 'taken']);
  });

  test('refuses before anything is sent', async () => {
    begin = async () => new Refusal('TOO_MANY_STREAMS');
    const error = await failure(client.stream(subscribe, {}).next());
    expect(error).toMatchObject({ grpcCode: 'RESOURCE_EXHAUSTED', reason: 'TOO_MANY_STREAMS' });
  });

  test('that fails is answered with INTERNAL and a correlation id', async () => {
    begin = async () => {
      throw new Error('broken');
    };
    const error = await failure(client.stream(subscribe, {}).next());
    expect(error).toMatchObject({ reason: 'INTERNAL', correlationId: 'Subscribe: Error: broken' });
  });

  test('hears of a reader that is gone by its signal, and of nothing taken from then on', async () => {
    const aborted = Promise.withResolvers<void>();
    const taken: string[] = [];
    begin = async (call, _request, stream) => {
      call.signal.addEventListener('abort', () => {
        stream.send(caughtUp(2n), () => taken.push('after'));
        stream.end();
        aborted.resolve();
      });
      stream.send(caughtUp(1n), () => taken.push('before'));
      return undefined;
    };
    const stream = client.stream(subscribe, {});
    expect(await stream.next()).toEqual(caughtUp(1n));
    stream.cancel();
    await aborted.promise;
    // The server is as it was.
    answer = async () => OK;
    expect(await client.call(getStats, {})).toEqual(OK);
    expect(taken).toEqual(['before']);
  });

  test.each([
    ['before its end', false],
    ['after its end', true],
  ])('cuts a reader %s, who sees that the stream is over', async (_name, isEnded) => {
    const aborted = Promise.withResolvers<void>();
    begin = async (call, _request, stream) => {
      call.signal.addEventListener('abort', aborted.resolve);
      stream.send(caughtUp(1n), () => {
        if (isEnded) stream.end();
        stream.cut();
        void aborted.promise.then(() => stream.cut());
      });
      return undefined;
    };
    const stream = client.stream(subscribe, {});
    expect((await failure(stream.rest())).grpcCode).toBe('RESOURCE_EXHAUSTED');
    await aborted.promise;
    answer = async () => OK;
    expect(await client.call(getStats, {})).toEqual(OK);
  });
});
