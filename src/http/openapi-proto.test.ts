import { ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { toCamelCase, toHttpWords, toOperationId } from '../../tests/support/http-words.ts';
import {
  OPERATIONS,
  problems,
  requestFields,
  resolve,
  responseSchema,
  schemaName,
  SCHEMAS,
  type Schema,
} from '../../tests/support/openapi-document.ts';
import { comment, commentInside, ENUMS, MESSAGES, SERVICES } from '../../tests/support/proto-contract.ts';
import { METHODS } from '../service/calls.ts';

/** What the messages of a stream are called where they are the data of events. */
const EVENTS: Readonly<Record<string, string>> = {
  MessageBatch: 'MessagesEvent',
  MissedMessages: 'MissedEvent',
  CaughtUp: 'CaughtUpEvent',
  StreamEnd: 'EndEvent',
};
const HTTP_ONLY_SCHEMAS = ['Health', 'Problem', 'FieldError'];
const HTTP_ONLY_OPERATIONS = ['headMessages', 'getHealth', 'getReadiness', 'getMetrics'];

const STREAMED = MESSAGES.find(({ name }) => name === 'SubscribeResponse')!;
const REQUESTS = MESSAGES.filter(({ name }) => name.endsWith('Request'));
const RESPONSES = MESSAGES.filter((message) => message.name.endsWith('Response') && message !== STREAMED);
const MODELS = MESSAGES.filter(({ name }) => !/(Request|Response)$/.test(name));
const methods = SERVICES.flatMap((service) =>
  service.methods.map(({ name }, index) => ({ name, words: commentInside(service, index) })),
);

const JSON_TYPES: Readonly<Partial<Record<ScalarType, string>>> = {
  [ScalarType.STRING]: 'string',
  [ScalarType.BOOL]: 'boolean',
  [ScalarType.INT32]: 'integer',
  [ScalarType.INT64]: 'integer',
};
const WELL_KNOWN: Readonly<Record<string, string>> = { Timestamp: 'Time', Duration: 'Duration' };

/** What a field is in JSON: a type of JSON, or the name of a schema. */
function typeOfField(field: DescField): string | undefined {
  if (field.fieldKind === 'scalar') return JSON_TYPES[field.scalar];
  if (field.fieldKind === 'enum') return field.enum.name;
  if (field.fieldKind === 'list') return field.message && `list of ${field.message.name}`;
  return field.message && (WELL_KNOWN[field.message.name] ?? field.message.name);
}

function typeOfSchema(schema: Schema): string | undefined {
  const name = schemaName(schema);
  const { type, items, enum: values } = resolve(schema);
  if (type === 'array') return `list of ${items && schemaName(items)}`;
  const isAlias = type !== 'object' && values === undefined && !Object.values(WELL_KNOWN).includes(name ?? '');
  return isAlias ? type : name;
}

/** The fields of a message as the HTTP contract should have them: types by name. */
function expectedTypes({ fields }: DescMessage): object {
  return Object.fromEntries(fields.map((field) => [toCamelCase(field.name), typeOfField(field)]));
}

function typesOf(properties: Readonly<Record<string, Schema>>): object {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, typeOfSchema(schema)]));
}

/** The fields whose description does not begin with the words of the gRPC contract. */
function inOtherWords(message: DescMessage, properties: Readonly<Record<string, Schema>>): readonly string[] {
  const names = message.fields.map(({ name }) => toCamelCase(name));
  return names.filter((name, index) => !beginsWith(properties[name], commentInside(message, index)));
}

function beginsWith(described: { readonly description?: string } | undefined, words: string): boolean {
  return toHttpWords(described?.description ?? '').startsWith(toHttpWords(words));
}

function operationOf({ name }: DescMessage): (typeof OPERATIONS)[string] {
  return OPERATIONS[toOperationId(name.replace(/(Request|Response)$/, ''))]!;
}

describe('the HTTP contract says what the gRPC contract says', () => {
  test('with an operation for every method', () => {
    const expected = [...METHODS.map(toOperationId), ...HTTP_ONLY_OPERATIONS];
    expect(Object.keys(OPERATIONS).toSorted()).toEqual(expected.toSorted());
    expect(methods.map(({ name }) => name).toSorted()).toEqual(METHODS.toSorted());
  });

  test.each(methods)('of the refusals of $name', ({ name, words }) => {
    const named = /Fails with(.*)/.exec(words)?.[1]?.match(/[A-Z]+(?:_[A-Z]+)+/g) ?? [];
    const codes = problems(OPERATIONS[toOperationId(name)]!).map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(named));
  });

  // How a stream goes on is HTTP's own.
  test.each(methods.filter(({ name }) => name !== 'Subscribe'))('in the same words of $name', ({ name, words }) => {
    expect(beginsWith(OPERATIONS[toOperationId(name)], words.replace(/Fails with.*/, ''))).toBe(true);
  });

  test.each(REQUESTS)('of $name', (message) => {
    const operation = operationOf(message);
    const fields = requestFields(operation);
    expect(typesOf(fields)).toEqual(expectedTypes(message));
    expect(inOtherWords(message, fields)).toEqual([]);
    expect(operation.body === undefined || beginsWith(operation.body, comment(message))).toBe(true);
  });

  test.each(RESPONSES)('of $name', (message) => {
    const schema = responseSchema(operationOf(message));
    expect(typesOf(schema?.properties ?? {})).toEqual(expectedTypes(message));
    expect(inOtherWords(message, schema?.properties ?? {})).toEqual([]);
    expect(schema === undefined || beginsWith(schema, comment(message))).toBe(true);
  });

  test.each(MODELS)('of $name', (message) => {
    const schema = SCHEMAS[EVENTS[message.name] ?? message.name];
    expect(typesOf(schema?.properties ?? {})).toEqual(expectedTypes(message));
    expect(inOtherWords(message, schema?.properties ?? {})).toEqual([]);
    expect(beginsWith(schema, comment(message))).toBe(true);
  });

  test('of every event of a stream', () => {
    const content = OPERATIONS['subscribe']?.responses['200']?.content?.['text/event-stream'];
    const schemas = STREAMED.fields.map(({ message }) => EVENTS[message!.name]!);
    const names = STREAMED.fields.map(({ name }) => name.replace('_', '-'));
    const refs = schemas.map((schema) => `#/components/schemas/${schema}`);
    expect(content?.['x-events']).toEqual(Object.fromEntries(names.map((name, index) => [name, refs[index]])));
    expect(SCHEMAS['StreamEvent']?.['anyOf']).toEqual(refs.map(($ref) => ({ $ref })));
    expect(Object.keys(content?.examples ?? {})).toEqual(names);
    schemas.forEach((schema, index) => {
      expect(toHttpWords(SCHEMAS[schema]?.description ?? '')).toContain(toHttpWords(commentInside(STREAMED, index)));
    });
  });

  test.each(ENUMS)('of $name', (desc) => {
    const lines = desc.values.map(({ localName }, index) => `- ${localName}: ${commentInside(desc, index)}`);
    const [, ...names] = desc.values.map(({ localName }) => localName);
    expect(SCHEMAS[desc.name]?.enum).toEqual(names);
    const words = `${comment(desc)} ${lines.slice(1).join(' ')}`;
    expect(toHttpWords(SCHEMAS[desc.name]?.description ?? '')).toBe(toHttpWords(words));
  });

  test('and of no other object', () => {
    const objects = Object.keys(SCHEMAS).filter((name) => SCHEMAS[name]?.type === 'object');
    const expected = [...MODELS.map(({ name }) => EVENTS[name] ?? name), ...HTTP_ONLY_SCHEMAS];
    expect(objects.toSorted()).toEqual(expected.toSorted());
  });
});

test('HEAD of messages takes what GET takes', () => {
  expect(requestFields(OPERATIONS['headMessages']!)).toEqual(requestFields(OPERATIONS['listMessages']!));
});

test('what may be absent from an answer says when; everything else is always written', () => {
  const responses = Object.values(OPERATIONS).map(responseSchema);
  const answers = [...Object.values(SCHEMAS), ...responses].filter((schema) => schema !== undefined);
  for (const { properties = {}, required = [], description } of answers) {
    const always = Object.keys(properties).filter((name) => !properties[name]?.description?.includes('Absent'));
    expect(required, description).toEqual(always);
  }
});
