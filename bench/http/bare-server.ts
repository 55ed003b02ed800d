/**
 * What HTTP alone costs: a plain Fastify server with routes like Veche's, each with JSON schemas for what comes and what
 * goes, but without any rules or data. It makes up sessions and chats, echoes posts, and pushes them to every open stream
 * (those of one turn of the event loop in one event, encoded once).
 */

import { fastify, type preValidationHookHandler } from 'fastify';
import { randomBytes, randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';

const AUTHOR = { userId: randomUUID(), displayName: 'Speaker 1' };
const MESSAGE_ID = randomUUID();

const TEXT = { type: 'string' } as const;
const NUMBER = { type: 'integer' } as const;
const UUID = { type: 'string', format: 'uuid' } as const;

/** An object of these members and no others. */
function object(properties: Readonly<Record<string, object>>, ...required: readonly string[]): object {
  return { type: 'object', properties, required, additionalProperties: false };
}

const MESSAGE = object({
  id: TEXT,
  chatId: TEXT,
  seq: NUMBER,
  author: object({ userId: TEXT, displayName: TEXT }),
  text: TEXT,
  sentAt: TEXT,
});

/** One message, as it is answered and pushed. */
interface Message {
  readonly id: string;
  readonly chatId: string;
  readonly seq: number;
  readonly author: typeof AUTHOR;
  readonly text: string;
  readonly sentAt: string;
}

const server = fastify();
const readers = new Set<ServerResponse>();
const waiting: Message[] = [];
let lastSeq = 0;

/** Lets in whoever has a token. */
const needToken: preValidationHookHandler = ({ headers }, reply, done) => {
  if (headers.authorization?.startsWith('Bearer ') === true) done();
  else reply.code(401).send();
};

function event(type: string, seq: number, data: object): Buffer {
  return Buffer.from(`event: ${type}\nid: ${seq}\ndata: ${JSON.stringify(data)}\n\n`);
}

function push(): void {
  const frame = event('messages', lastSeq, { messages: waiting.splice(0) });
  for (const reader of readers) reader.write(frame);
}

server.post(
  '/v1/sessions',
  {
    schema: {
      body: object({ displayName: { type: 'string', minLength: 1, maxLength: 64 } }, 'displayName'),
      response: { 201: object({ token: TEXT }) },
    },
  },
  async (_request, reply) => reply.code(201).send({ token: `veche_${randomBytes(48).toString('base64url')}` }),
);

server.post(
  '/v1/chats',
  {
    preValidation: needToken,
    schema: {
      body: object({ maxMessages: { type: 'integer', minimum: 1 } }),
      response: { 201: object({ chat: object({ id: TEXT }) }) },
    },
  },
  async (_request, reply) => reply.code(201).send({ chat: { id: randomUUID() } }),
);

server.post<{ Params: { chatId: string }; Body: { text: string } }>(
  '/v1/chats/:chatId/messages',
  {
    preValidation: needToken,
    schema: {
      params: object({ chatId: UUID }, 'chatId'),
      body: object(
        {
          text: { type: 'string', minLength: 1, maxLength: 4_096 },
          clientMessageId: { type: 'string', minLength: 1, maxLength: 64 },
        },
        'text',
      ),
      response: { 201: object({ message: MESSAGE }) },
    },
  },
  ({ params: { chatId }, body: { text } }, reply) => {
    const sentAt = new Date().toISOString();
    const message = { id: MESSAGE_ID, chatId, seq: ++lastSeq, author: AUTHOR, text, sentAt };
    if (readers.size > 0 && waiting.push(message) === 1) setImmediate(push);
    reply.code(201).send({ message });
  },
);

server.get(
  '/v1/chats/:chatId/events',
  { preValidation: needToken, schema: { params: object({ chatId: UUID }, 'chatId') } },
  (_request, reply) => {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'text/event-stream' });
    raw.write(event('caught-up', lastSeq, { seq: lastSeq }));
    readers.add(raw);
    raw.on('close', () => readers.delete(raw));
  },
);

await server.listen({ port: 0, host: '127.0.0.1' });

// An orderly end, so that a profile can be written.
process.once('SIGTERM', () => process.exit());
