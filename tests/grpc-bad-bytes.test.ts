import {
  create,
  toBinary,
  type DescField,
  type DescMessage,
  type DescMethod,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AdminService } from '../src/gen/veche/v1/admin_pb.js';
import { ChatService } from '../src/gen/veche/v1/chat_pb.js';
import { MessageService } from '../src/gen/veche/v1/message_pb.js';
import { SessionService } from '../src/gen/veche/v1/session_pb.js';
import { StatsService } from '../src/gen/veche/v1/stats_pb.js';
import { CALLED_BY, type Method } from '../src/service/calls.ts';
import { ADMIN_TOKEN } from './support/admin-token.ts';
import { cutOff, isText, LONE_SURROGATE, withContent, withOtherWireType } from './support/bad-bytes.ts';
import { failure, type GrpcError } from './support/grpc-error.ts';
import { Person } from './support/person.ts';
import { startTestApp, type TestApp } from './support/test-app.ts';

const METHODS: readonly DescMethod[] = [
  SessionService,
  ChatService,
  MessageService,
  StatsService,
  AdminService,
].flatMap(({ methods }) => methods);
const FIELDS = METHODS.flatMap((method) =>
  method.input.fields.map((field) => ({ title: `${method.name}: ${field.name}`, method, field })),
);

let app: TestApp;
let anna: Person;

beforeAll(async () => {
  app = await startTestApp({ config: { adminToken: ADMIN_TOKEN } });
  anna = await Person.enter(app.client);
});

afterAll(() => app.close());

/** The refusal of a request of these bytes. */
function refusalOf(method: DescMethod, bytes: Uint8Array, token = tokenFor(method)): Promise<GrpcError> {
  return method.methodKind === 'server_streaming'
    ? failure(app.client.streamRaw(method, bytes, { token }).next())
    : failure(app.client.callRaw(method, bytes, { token }));
}

/** Of somebody for whom the method is. */
function tokenFor({ name }: DescMethod): string {
  return CALLED_BY[name as Method] === 'operator' ? ADMIN_TOKEN : anna.token;
}

/** What must be in a request, whichever it is in. */
const UUID = '0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70';
const REQUIRED = { chatId: UUID, userId: UUID, text: 'Слово', seq: 0n, reason: 'спам' };

/** The bytes of a request in which nothing is wrong but one field. */
function wrongIn({ input }: DescMethod, field: DescField, bytes: Uint8Array): Uint8Array {
  const rest = { ...REQUIRED, [field.localName]: undefined } as MessageInitShape<DescMessage>;
  return Buffer.concat([toBinary(input, create(input, rest)), bytes]);
}

describe('a field of another wire type is refused by its name', () => {
  test.each(FIELDS)('$title', async ({ method, field }) => {
    const error = await refusalOf(method, wrongIn(method, field, withOtherWireType(field)));
    expect(error).toMatchObject({ grpcCode: 'INVALID_ARGUMENT', reason: 'INVALID_ARGUMENT', domain: 'veche' });
    expect(error.violations).toEqual({ [field.name]: expect.stringMatching(/^must be encoded as /) });
  });
});

describe('a text that is not UTF-8 is refused by its field', () => {
  test.each(FIELDS.filter(({ field }) => isText(field)))('$title', async ({ method, field }) => {
    for (const content of [LONE_SURROGATE, Uint8Array.of(0xff), Uint8Array.of(0x61, 0xd0)]) {
      const error = await refusalOf(method, wrongIn(method, field, withContent(field, content)));
      expect(error).toMatchObject({ grpcCode: 'INVALID_ARGUMENT', reason: 'INVALID_ARGUMENT' });
      expect(error.violations).toEqual({ [field.name]: 'must be valid UTF-8' });
    }
  });
});

describe('a request that is cut off within a field is refused as a whole', () => {
  test.each(FIELDS)('$title', async ({ method, field }) => {
    const error = await refusalOf(method, cutOff(field));
    expect(error).toMatchObject({ grpcCode: 'INVALID_ARGUMENT', reason: 'INVALID_ARGUMENT' });
    expect(error.violations).toEqual({ '': `is not a valid encoding of ${method.input.typeName}` });
  });
});

describe('bytes that are no message are refused as a whole', () => {
  test.each(METHODS)('$name', async (method) => {
    const error = await refusalOf(method, Uint8Array.of(0xff));
    expect(error).toMatchObject({ grpcCode: 'INVALID_ARGUMENT', reason: 'INVALID_ARGUMENT' });
    expect(error.violations).toEqual({ '': `is not a valid encoding of ${method.input.typeName}` });
  });
});

describe('every field that is not as it should be is named', () => {
  test.each(METHODS.filter(({ input }) => input.fields.length > 0))('$name', async (method) => {
    const { fields } = method.input;
    const error = await refusalOf(method, Buffer.concat(fields.map(withOtherWireType)));
    expect(Object.keys(error.violations)).toEqual(fields.map(({ name }) => name));
  });
});

describe('who has no token for a method is told so first', () => {
  const notForAnybody = METHODS.filter(({ name }) => CALLED_BY[name as Method] !== 'anybody');

  test.each(notForAnybody)('$name', async (method) => {
    const badRequests = [new Uint8Array(), Uint8Array.of(0xff), ...method.input.fields.map(withOtherWireType)];
    for (const bytes of badRequests) {
      for (const token of ['', 'unknown', anna.userId, anna.token.slice(0, -1), `${tokenFor(method)}A`]) {
        const error = await refusalOf(method, bytes, token);
        expect(error).toMatchObject({ grpcCode: 'UNAUTHENTICATED', reason: 'UNAUTHENTICATED', violations: {} });
      }
    }
  });

  test('also when the metadata holds no token at all', async () => {
    for (const metadata of [{}, { authorization: anna.token }, { authorization: `Basic ${anna.token}` }]) {
      const error = await failure(app.client.call(ChatService.method.getChat, { chatId: 'x' }, { metadata }));
      expect(error).toMatchObject({ grpcCode: 'UNAUTHENTICATED', reason: 'UNAUTHENTICATED' });
    }
  });
});

test('fields that the server does not know are passed over', async () => {
  const unknown: Pick<DescField, 'number'> = { number: 1000 };
  const bytes = withContent(unknown as DescField, LONE_SURROGATE);
  const { session } = await app.client.callRaw(SessionService.method.getSession, bytes, { token: anna.token });
  expect(session!.userId).toBe(anna.userId);
});
