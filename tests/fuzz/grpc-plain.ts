/** Messages of gRPC as the HTTP contract writes them. */

import { ScalarType, type DescField, type DescMessage, type Message } from '@bufbuild/protobuf';
import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';
import type { Json } from './exchange.ts';

/** The members of a message; what is unset is absent. */
export function plain(schema: DescMessage, message: Message): Json {
  const members = schema.fields.map((field): [string, unknown] => [field.localName, plainField(field, message)]);
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

function plainField(field: DescField, message: Message): unknown {
  const { localName, oneof } = field;
  const holder = message as unknown as Json;
  if (oneof !== undefined) {
    const chosen = holder[oneof.localName] as { readonly case?: string; readonly value?: unknown };
    return chosen.case === localName ? plainValue(field, chosen.value) : undefined;
  }
  const value = holder[localName];
  if (value === undefined) return undefined;
  if (field.fieldKind === 'list') return (value as readonly unknown[]).map((item) => plainValue(field, item));
  const isAbsentToken = localName.endsWith('ageToken') && value === '';
  return isAbsentToken ? undefined : plainValue(field, value);
}

function plainValue(field: DescField, value: unknown): unknown {
  const { message: schema, enum: words } = field as {
    readonly message?: DescMessage;
    readonly enum?: DescField['enum'];
  };
  if (schema !== undefined) return plainMessage(schema, value as Message);
  if (words !== undefined) {
    const word = words.values.find(({ number }) => number === value)?.name ?? String(value);
    return word.endsWith('_UNSPECIFIED') ? undefined : word.replace(words.sharedPrefix?.toUpperCase() ?? '', '');
  }
  return typeof value === 'bigint' && field.scalar !== ScalarType.STRING ? Number(value) : value;
}

function plainMessage(schema: DescMessage, message: Message): unknown {
  if (schema.typeName === 'google.protobuf.Timestamp') {
    const { seconds, nanos } = message as Timestamp;
    return new Date(Number(seconds) * 1000 + nanos / 1e6).toISOString();
  }
  if (schema.typeName === 'google.protobuf.Duration') {
    const { seconds, nanos } = message as Duration;
    const fraction = nanos === 0 ? '' : `.${String(Math.abs(nanos) / 1e6).padStart(3, '0')}`;
    return `${seconds}${fraction}s`;
  }
  return plain(schema, message);
}
