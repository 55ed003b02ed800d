/** Redis has no memory left: nothing more is taken, nothing is lost, and what is there can be read. */

import { afterEach, expect, test } from 'vitest';
import { ChatService } from '../../src/gen/veche/v1/chat_pb.js';
import { MessageService } from '../../src/gen/veche/v1/message_pb.js';
import { failure } from '../support/grpc-error.ts';
import { Person } from '../support/person.ts';
import { Fleet } from './support/fleet.ts';
import { askRedis, startDurableRedis } from './support/storages.ts';

const closing: { readonly close: () => Promise<void> }[] = [];

afterEach(async () => {
  for (const each of closing.splice(0).toReversed()) await each.close();
});

test('a Redis that is full refuses what is new, serves what is there, and takes posts again when it has room', async () => {
  const storage = await startDurableRedis({ 'maxmemory-policy': 'noeviction' });
  closing.push(storage);
  const fleet = await Fleet.start(storage.env);
  closing.push(fleet);
  const limit = (bytes: string): Promise<void> =>
    askRedis(storage.env['VECHE_REDIS_URL']!, ['CONFIG', 'SET', 'maxmemory', bytes]);
  const ann = await Person.enter(fleet.client(0), 'Ann');
  const { id: chatId } = await ann.openChat();
  await ann.post(chatId, 'before');
  const stream = ann.stream(MessageService.method.subscribe, { chatId });
  expect((await stream.next())?.event.case).toBe('caughtUp');

  await limit('1');
  expect((await failure(ann.post(chatId, 'meanwhile'))).reason).toBe('STORAGE_FULL');
  expect((await failure(Person.enter(fleet.client(1), 'Ben'))).reason).toBe('STORAGE_FULL');
  expect((await failure(ann.openChat())).reason).toBe('STORAGE_FULL');
  expect((await ann.call(ChatService.method.getChat, { chatId })).chat?.messageCount).toBe(1n);
  const { messages } = await ann.call(MessageService.method.listMessages, { chatId, markRead: false });
  expect(messages.map(({ text }) => text)).toStrictEqual(['before']);

  await limit('0');
  expect((await ann.post(chatId, 'after')).seq).toBe(2n);
  const event = (await stream.next())?.event;
  expect(event?.case === 'messages' && event.value.messages.map(({ text }) => text)).toStrictEqual(['after']);
  stream.cancel();
});
