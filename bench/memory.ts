/** How much memory a session, a stored message and an idle stream take in the server, after garbage collection. */

import type { Api } from './api.ts';
import { GRPC } from './grpc/api.ts';
import type { PreparedCall } from './grpc/connection.ts';
import { HTTP } from './http/api.ts';
import { CYRILLIC_TEXT, TEXT } from './load.ts';
import type { Measure } from './measure.ts';
import { Readers } from './readers.ts';
import type { Scale } from './scale.ts';
import { ratioOf, spreadOf } from './spread.ts';
import { Target, withBoth, withTarget } from './target.ts';

/** A stored message of 100 ASCII characters must take less than this. */
const MESSAGE_GOAL_BYTES = 600;
/** What Cyrillic or a client id may add. */
const EXTRA_GOAL_BYTES = 250;
/** Done before the first look, so that compiled code and buffers that stay are not counted. */
const WARM_UP = 2_000;

export async function measureMemory(scale: Scale): Promise<Measure[]> {
  return [...(await measureData(scale)), await measureStreams(GRPC, scale), await measureStreams(HTTP, scale)];
}

function measureData({ sessions, storedMessages }: Scale): Promise<Measure[]> {
  return withTarget(Target.veche(GRPC), async (veche) => {
    const [token = ''] = await veche.createSessions(WARM_UP);
    const session = await bytesPer(veche, sessions, () => veche.createSessions(sessions));

    /** Fills a chat of its own. */
    const store = async (text: string, clientMessageId?: (index: number) => string): Promise<number> => {
      const chatId = await veche.createChat(token);
      const post = (index: number): PreparedCall =>
        GRPC.preparePost({
          token,
          chatId,
          text,
          ...(clientMessageId !== undefined && { clientMessageId: clientMessageId(index) }),
        });
      await veche.send(WARM_UP, (index) => post(storedMessages + index));
      return bytesPer(veche, storedMessages, () => veche.send(storedMessages, post));
    };
    const ascii = await store(TEXT);
    const cyrillic = await store(CYRILLIC_TEXT);
    const withId = await store(TEXT, (index) => `client-message-${index}`);

    return [
      inBytes('memory per session', session),
      { ...inBytes('memory per message, ASCII', ascii), goal: below(MESSAGE_GOAL_BYTES, ascii) },
      { ...inBytes('memory per message, Cyrillic', cyrillic), goal: atMostMore(cyrillic - ascii) },
      { ...inBytes('memory per message, ASCII and client id', withId), goal: atMostMore(withId - ascii) },
    ];
  });
}

function measureStreams<Call>(api: Api<Call>, { streams }: Scale): Promise<Measure> {
  return withBoth(api, async (veche, bare) => {
    const stream = await streamBytes(veche, streams);
    const bareStream = await streamBytes(bare, streams);
    return {
      ...inBytes(`memory per idle ${api.name} stream`, stream),
      beside: { name: 'bare stream', figure: spreadOf([bareStream]), ratio: ratioOf([stream], [bareStream]) },
    };
  });
}

/** Streams of different people on one chat, over connections that are open before. */
async function streamBytes<Call>(target: Target<Call>, streams: number): Promise<number> {
  const tokens = await target.createSessions(streams);
  const chatId = await target.createChat(tokens[0] as string);
  const warmUp = await Readers.connect(target.api, target.process.port, streams);
  await warmUp.subscribe(chatId, tokens);
  warmUp.close();
  const readers = await Readers.connect(target.api, target.process.port, streams);
  const bytes = await bytesPer(target, streams, () => readers.subscribe(chatId, tokens));
  readers.close();
  return bytes;
}

/** What the server's memory grows by, for each of `count` things that `make` makes. */
async function bytesPer(
  { process }: Pick<Target, 'process'>,
  count: number,
  make: () => Promise<unknown>,
): Promise<number> {
  const before = await process.memory();
  await make();
  const after = await process.memory();
  return (after.heapAndExternalBytes - before.heapAndExternalBytes) / count;
}

function inBytes(name: string, bytes: number): Measure {
  return { name, unit: 'bytes', figure: spreadOf([bytes]), rounds: [bytes] };
}

function below(limit: number, bytes: number): NonNullable<Measure['goal']> {
  return { text: `below ${limit} bytes`, reached: bytes < limit };
}

function atMostMore(bytes: number): NonNullable<Measure['goal']> {
  return {
    text: `at most ${EXTRA_GOAL_BYTES} more than ASCII: ${Math.round(bytes)}`,
    reached: bytes <= EXTRA_GOAL_BYTES,
  };
}
