/** From the neutral words to messages of the gRPC contract and back, by its descriptors. */

import {
  create,
  isFieldSet,
  ScalarType,
  toBinary,
  type DescEnum,
  type DescField,
  type DescMessage,
  type Message,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';
import { toWireWords } from '../../src/http/field-names.ts';
import { withOtherWireType } from '../support/bad-bytes.ts';
import { ENUMS } from '../support/proto-contract.ts';
import { WRONG_TYPE, type Fields } from './api.ts';

const NANOS_PER_MS = 1_000_000;
/** The number of no value of any enum. */
const UNKNOWN_VALUE = 99;

/** The bytes of a request. */
export function encodeRequest(desc: DescMessage, request: Fields): Uint8Array {
  const given = Object.entries(request).filter(([, value]) => value !== undefined);
  const good = given.filter(([, value]) => value !== WRONG_TYPE);
  const init = good.map(([name, value]): [string, unknown] => [name, writeField(fieldOf(desc, name), value)]);
  const bad = given.filter(([, value]) => value === WRONG_TYPE).map(([name]) => withOtherWireType(fieldOf(desc, name)));
  const message = create(desc, Object.fromEntries(init) as MessageInitShape<DescMessage>);
  return Buffer.concat([toBinary(desc, message), ...bad]);
}

/**
 * What a message says.
 * @param isEmptyUnset whether an empty text of this name says that nothing is there.
 */
export function readMessage(desc: DescMessage, message: Message, isEmptyUnset = (_name: string) => false): Fields {
  if (message.$unknown !== undefined) throw new Error(`${desc.name} has a field that the contract does not have`);
  const values = message as unknown as Fields;
  const fields = desc.fields
    .filter((field) => field.oneof === undefined && (!hasPresence(field) || isFieldSet(message, field)))
    .filter(({ localName }) => !(values[localName] === '' && isEmptyUnset(localName)))
    .map((field): [string, unknown] => [field.localName, readField(field, values[field.localName])]);
  return Object.fromEntries([...fields, ...desc.oneofs.flatMap((oneof) => readOneof(oneof.fields, message))]);
}

/** A sentence of a refusal: with the names of fields and of values of enums as HTTP has them. */
export function readWords(text: string): string {
  return ENUMS.reduce(
    (words, { sharedPrefix = '' }) => words.replaceAll(sharedPrefix.toUpperCase(), ''),
    toWireWords(text),
  );
}

function fieldOf(desc: DescMessage, name: string): DescField {
  const field = desc.field[name];
  if (field === undefined) throw new Error(`${desc.name} has no field ${name}`);
  return field;
}

function hasPresence(field: DescField): boolean {
  return field.fieldKind === 'message' || field.proto.proto3Optional;
}

function readOneof(fields: readonly DescField[], message: Message): [string, unknown][] {
  return fields.flatMap((field): [string, unknown][] => {
    // An `optional` field stands alone in a oneof that has no name.
    if (!isFieldSet(message, field)) return [];
    const { value } = (message as unknown as Record<string, { readonly value: unknown }>)[field.oneof!.localName]!;
    return [[field.localName, readField(field, value)]];
  });
}

function writeField(field: DescField, value: unknown): unknown {
  if (field.fieldKind === 'message' && field.message.name === 'Duration') return writeDuration(value as number);
  if (field.fieldKind === 'enum') return numberOf(field.enum, value as string);
  const isInt64 = field.fieldKind === 'scalar' && field.scalar === ScalarType.INT64;
  return isInt64 ? BigInt(value as number) : value;
}

function readField(field: DescField, value: unknown): unknown {
  if (field.fieldKind === 'list') return (value as Message[]).map((item) => readMessage(field.message!, item));
  if (field.fieldKind === 'message') return readInner(field.message, value as Message);
  if (field.fieldKind === 'enum') return field.enum.value[value as number]?.localName;
  return typeof value === 'bigint' ? Number(value) : value;
}

function readInner(desc: DescMessage, message: Message): unknown {
  if (desc.name !== 'Timestamp' && desc.name !== 'Duration') return readMessage(desc, message);
  const { seconds, nanos } = message as Timestamp | Duration;
  return Number(seconds) * 1000 + nanos / NANOS_PER_MS;
}

function writeDuration(durationMs: number): { readonly seconds: bigint; readonly nanos: number } {
  const seconds = Math.trunc(durationMs / 1000);
  return { seconds: BigInt(seconds), nanos: Math.round((durationMs - seconds * 1000) * NANOS_PER_MS) };
}

function numberOf({ values }: DescEnum, name: string): number {
  return values.find(({ localName }) => localName === name)?.number ?? UNKNOWN_VALUE;
}
