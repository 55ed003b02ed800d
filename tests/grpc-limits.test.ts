import { afterEach, expect, test } from 'vitest';
import type { Limits } from '../src/domain/limits.ts';
import { ChatService } from '../src/gen/veche/v1/chat_pb.js';
import { SessionService } from '../src/gen/veche/v1/session_pb.js';
import { failure } from './support/grpc-error.ts';
import { Person } from './support/person.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const { createSession, endSession } = SessionService.method;
const { createChat, closeChat } = ChatService.method;

let app: TestApp;

afterEach(() => app.close());

async function start(limits: Partial<Limits>): Promise<void> {
  app = await startTestApp({ limits });
}

function refusal(reason: string): object {
  return { grpcCode: 'RESOURCE_EXHAUSTED', reason };
}

test('the server takes as many sessions as it may, and one more when one has ended', async () => {
  await start({ maxUsers: 2 });
  const anna = await Person.enter(app.client);
  await Person.enter(app.client, 'Борис');
  const enter = (): Promise<unknown> => app.client.call(createSession, { displayName: 'Вера' });
  expect(await failure(enter())).toMatchObject(refusal('USER_LIMIT_REACHED'));
  await anna.call(endSession, {});
  await enter();
  expect(await failure(enter())).toMatchObject(refusal('USER_LIMIT_REACHED'));
});

test('the server takes as many open chats as it may, whoever opens them, and one more when one has closed', async () => {
  await start({ maxChats: 2 });
  const anna = await Person.enter(app.client);
  const boris = await Person.enter(app.client, 'Борис');
  const { id: chatId } = await anna.openChat();
  await boris.openChat();
  expect(await failure(anna.call(createChat, {}))).toMatchObject(refusal('CHAT_LIMIT_REACHED'));
  await anna.call(closeChat, { chatId });
  await boris.openChat();
  expect(await failure(anna.call(createChat, {}))).toMatchObject(refusal('CHAT_LIMIT_REACHED'));
});

test('each user opens as many chats as one may, and one more when one of theirs has closed', async () => {
  await start({ maxChatsPerUser: 2 });
  const anna = await Person.enter(app.client);
  const boris = await Person.enter(app.client, 'Борис');
  const { id: chatId } = await anna.openChat();
  await anna.openChat();
  expect(await failure(anna.call(createChat, {}))).toMatchObject(refusal('USER_CHAT_LIMIT_REACHED'));
  await boris.openChat();
  await anna.call(closeChat, { chatId });
  await anna.openChat();
  expect(await failure(anna.call(createChat, {}))).toMatchObject(refusal('USER_CHAT_LIMIT_REACHED'));
});

test('the chats that end with a session leave their places free', async () => {
  await start({ maxUsers: 2, maxChats: 1 });
  const anna = await Person.enter(app.client);
  const boris = await Person.enter(app.client, 'Борис');
  await anna.openChat();
  expect(await failure(boris.call(createChat, {}))).toMatchObject(refusal('CHAT_LIMIT_REACHED'));
  await anna.call(endSession, { closeChats: true });
  await boris.openChat();
});
