import { describe, expect, test } from 'vitest';

import { PostBatcher } from './post-batcher.ts';

interface Post {
  readonly chatId: string;
  readonly sizeBytes: number;
  readonly text: string;
}

/** What was sent, and the means to answer it. */
interface Sent {
  readonly texts: readonly string[];
  readonly slot: number;
  answer(): void;
  fail(error: Error): void;
}

const LIMITS = { inFlight: 2, posts: 3, bytes: 1_000 };

/** A batcher whose batches the test answers; an answer is the text in capitals. */
function scene(limits = LIMITS) {
  const sent: Sent[] = [];
  const batcher = new PostBatcher<Post, string>(limits, (posts, slot) => {
    const texts = posts.map(({ text }) => text);
    return new Promise((resolve, reject) => {
      const answer = (): void => resolve(texts.map((text) => () => text.toUpperCase()));
      sent.push({ texts, slot, answer, fail: reject });
    });
  });
  return { batcher, sent, post: (text: string, chatId = text, sizeBytes = 10) => ({ text, chatId, sizeBytes }) };
}

/** The end of the turn, at which batches go. */
function turnEnds(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

describe('posts that travel together', () => {
  test('posts of one turn are one batch, and each gets its own answer', async () => {
    const { batcher, sent, post } = scene();
    const answers = Promise.all(['a', 'b', 'c'].map((text) => batcher.add(post(text))));
    await turnEnds();
    expect(sent.map(({ texts }) => texts)).toEqual([['a', 'b', 'c']]);
    sent[0]?.answer();
    expect(await answers).toEqual(['A', 'B', 'C']);
  });

  test('posts wait while as many batches as may be are on their way, and then go as one', async () => {
    const { batcher, sent, post } = scene();
    const answers = [];
    for (const text of ['a', 'b', 'c', 'd', 'e']) {
      answers.push(batcher.add(post(text)));
      await turnEnds();
    }
    expect(sent.map(({ texts, slot }) => [texts, slot])).toEqual([
      [['a'], 1],
      [['b'], 0],
    ]);
    sent[1]?.answer();
    await turnEnds();
    expect(sent[2]).toMatchObject({ texts: ['c', 'd', 'e'], slot: 0 });
    for (const batch of sent) batch.answer();
    expect(await Promise.all(answers)).toEqual(['A', 'B', 'C', 'D', 'E']);
  });

  test('a chat has posts in one batch at a time, in the order in which they came', async () => {
    const { batcher, sent, post } = scene();
    const answers = [batcher.add(post('a', 'chat'))];
    await turnEnds();
    answers.push(batcher.add(post('b', 'chat')), batcher.add(post('c', 'chat')), batcher.add(post('x')));
    await turnEnds();
    expect(sent.map(({ texts }) => texts)).toEqual([['a'], ['x']]);
    sent[0]?.answer();
    await turnEnds();
    expect(sent[2]?.texts).toEqual(['b', 'c']);
    for (const batch of sent) batch.answer();
    await Promise.all(answers);
  });

  test('a batch holds so many posts and so many bytes, but at least one post', async () => {
    const { batcher, sent, post } = scene({ ...LIMITS, inFlight: 1 });
    const texts = ['a', 'b', 'c', 'd', 'large', 'f'];
    const answers = texts.map((text) => batcher.add(post(text, text, text === 'large' ? 5_000 : 10)));
    for (const batch of [['a', 'b', 'c'], ['d'], ['large'], ['f']]) {
      await turnEnds();
      expect(sent.at(-1)?.texts).toEqual(batch);
      sent.at(-1)?.answer();
    }
    await Promise.all(answers);
  });

  test('what is left of a busy chat waits behind the others', async () => {
    const { batcher, sent, post } = scene({ ...LIMITS, inFlight: 1 });
    const busy = [1, 2, 3, 4, 5].map((number) => batcher.add(post(`busy ${number}`, 'busy')));
    const other = batcher.add(post('other'));
    await turnEnds();
    sent[0]?.answer();
    await turnEnds();
    expect(sent[1]?.texts).toEqual(['other', 'busy 4', 'busy 5']);
    sent[1]?.answer();
    await Promise.all([...busy, other]);
  });

  test('a post that is aborted while it waits rejects with the reason and does not go', async () => {
    const { batcher, sent, post } = scene({ ...LIMITS, inFlight: 1 });
    const first = batcher.add(post('a'));
    await turnEnds();
    const controller = new AbortController();
    const aborted = batcher.add(post('b'), controller.signal);
    const third = batcher.add(post('c'));
    const reason = new Error('nobody is waiting');
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    sent[0]?.answer();
    await turnEnds();
    expect(sent[1]?.texts).toEqual(['c']);
    sent[1]?.answer();
    await Promise.all([first, third]);
  });

  test('a post that is aborted on its way is finished', async () => {
    const { batcher, sent, post } = scene();
    const controller = new AbortController();
    const posting = batcher.add(post('a'), controller.signal);
    await turnEnds();
    controller.abort(new Error('nobody is waiting'));
    sent[0]?.answer();
    expect(await posting).toBe('A');
  });

  test('a batch that fails fails its posts and no others', async () => {
    const { batcher, sent, post } = scene({ ...LIMITS, inFlight: 1 });
    const first = batcher.add(post('a'));
    await turnEnds();
    const second = batcher.add(post('b'));
    sent[0]?.fail(new Error('lost'));
    await expect(first).rejects.toThrow('lost');
    await turnEnds();
    sent[1]?.answer();
    expect(await second).toBe('B');
  });

  test('settles once every post has its answer', async () => {
    const { batcher, sent, post } = scene();
    const posting = batcher.add(post('a'));
    const settled = batcher.settled().then(() => 'settled');
    await turnEnds();
    expect(await Promise.race([settled, Promise.resolve('not yet')])).toBe('not yet');
    sent[0]?.answer();
    await posting;
    expect(await settled).toBe('settled');
  });
});
