/** Checks that a request is encoded as its type says, and names the fields that are not. */

import { isUtf8 } from 'node:buffer';
import { ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { FieldViolation } from '../domain/errors.ts';

/**
 * Looks through an encoded message.
 * @returns every field that is encoded as something else than its type, once; undefined if all are as they should be.
 */
export type RequestCheck = (bytes: Uint8Array) => readonly FieldViolation[] | undefined;

interface FieldRule {
  readonly name: string;
  readonly wireType: WireType;
  /** What the field is in the contract: `string`, `int64`, `google.protobuf.Duration`. */
  readonly type: string;
  /** Reads past the value and returns what is wrong with it. @throws if the bytes end before it does. */
  readonly read: (reader: BinaryReader) => readonly FieldViolation[] | undefined;
}

/**
 * Makes the check for a message type. It is needed because the decoder reads a field by its number alone: a value of
 * another wire type would be taken for something it is not, and an invalid one would fail without a name.
 */
export function requestCheck(schema: DescMessage): RequestCheck {
  const rules = new Map(schema.fields.map((field) => [field.number, fieldRule(field)]));
  const malformed = { field: '', description: `is not a valid encoding of ${schema.typeName}` };

  return (bytes) => {
    let violations: FieldViolation[] | undefined;
    const note = (violation: FieldViolation): void => {
      violations ??= [];
      if (!violations.some(({ field }) => field === violation.field)) violations.push(violation);
    };
    const reader = new BinaryReader(bytes);
    try {
      while (reader.pos < reader.len) {
        const [number, wireType] = reader.tag();
        const rule = rules.get(number);
        if (rule === undefined) {
          reader.skip(wireType, number);
        } else if (wireType === rule.wireType) {
          rule.read(reader)?.forEach(note);
        } else {
          reader.skip(wireType, number);
          note({ field: rule.name, description: `must be encoded as ${rule.type}` });
        }
      }
    } catch {
      note(malformed);
    }
    return violations;
  };
}

/** The kinds of scalar fields that requests have. */
const SCALAR_RULES: Readonly<Partial<Record<ScalarType, (name: string) => FieldRule>>> = {
  [ScalarType.STRING]: stringRule,
  [ScalarType.INT32]: (name) => int32Rule(name, 'int32'),
  [ScalarType.INT64]: (name) => varintRule(name, 'int64', (reader) => reader.int64()),
  [ScalarType.BOOL]: (name) => varintRule(name, 'bool', (reader) => reader.bool()),
};

function fieldRule(field: DescField): FieldRule {
  const { name, fieldKind } = field;
  if (fieldKind === 'message') return messageRule(name, field.message);
  if (fieldKind === 'enum') return int32Rule(name, field.enum.typeName);
  const scalarRule = fieldKind === 'scalar' ? SCALAR_RULES[field.scalar] : undefined;
  if (scalarRule === undefined) throw new Error(`no check is written for fields like ${field.toString()}`);
  return scalarRule(name);
}

function messageRule(name: string, schema: DescMessage): FieldRule {
  const check = requestCheck(schema);
  return {
    name,
    wireType: WireType.LengthDelimited,
    type: schema.typeName,
    read: (reader) =>
      check(reader.bytes())?.map(({ field, description }) => ({
        field: field === '' ? name : `${name}.${field}`,
        description,
      })),
  };
}

function stringRule(name: string): FieldRule {
  const violations = [{ field: name, description: 'must be valid UTF-8' }];
  return {
    name,
    wireType: WireType.LengthDelimited,
    type: 'string',
    read: (reader) => (isUtf8(reader.bytes()) ? undefined : violations),
  };
}

function varintRule(name: string, type: string, read: (reader: BinaryReader) => unknown): FieldRule {
  return { name, wireType: WireType.Varint, type, read: (reader) => void read(reader) };
}

/** Decoding keeps the lower 32 bits, so that a number too large would pass for a small one. */
function int32Rule(name: string, type: string): FieldRule {
  const violations = [{ field: name, description: `must be encoded as ${type}, has more than 32 bits` }];
  return {
    name,
    wireType: WireType.Varint,
    type,
    read: (reader) => {
      const value = BigInt(reader.int64());
      return BigInt.asIntN(32, value) === value ? undefined : violations;
    },
  };
}
