/** Checks that a request is encoded as its type says, and tells the fields that are from those that are not. */

import { isUtf8 } from 'node:buffer';
import { ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { FieldViolation } from '../domain/errors.ts';
import { isNamed } from '../domain/fields.ts';

/** An encoded message that was looked through. */
export interface CheckedRequest {
  /** The fields that are encoded as their types say, and those that nobody knows: can be decoded without fail. */
  readonly readable: Uint8Array;
  /** Every other field, once; or the message as a whole, alone, if where its fields begin and end cannot be told. */
  readonly unreadable: readonly FieldViolation[];
}

interface FieldRule {
  readonly name: string;
  readonly wireType: WireType;
  /** What the field is in the contract: `string`, `int64`, `google.protobuf.Duration`. */
  readonly type: string;
  /** Reads past the value and returns what is wrong with it. @throws if the bytes end before it does. */
  readonly read: (reader: BinaryReader) => readonly FieldViolation[];
}

const NOTHING: readonly FieldViolation[] = [];
const NO_BYTES = new Uint8Array();

/**
 * Makes the check for a message type. It is needed because the decoder reads a field by its number alone: a value of
 * another wire type would be taken for something it is not, and an invalid one would fail without a name.
 */
export function requestCheck(schema: DescMessage): (bytes: Uint8Array) => CheckedRequest {
  const rules = new Map(schema.fields.map((field) => [field.number, fieldRule(field)]));
  const malformed = { field: '', description: `is not a valid encoding of ${schema.typeName}` };

  return (bytes) => {
    let faults: Faults | undefined;
    const reader = new BinaryReader(bytes);
    try {
      while (reader.pos < reader.len) {
        const start = reader.pos;
        const violations = checkField(reader, rules);
        if (violations.length > 0) (faults ??= new Faults(bytes)).add(violations, start, reader.pos);
      }
    } catch {
      return { readable: NO_BYTES, unreadable: [malformed] };
    }
    return faults?.end() ?? { readable: bytes, unreadable: NOTHING };
  };
}

/** Reads past one field and returns what is wrong with it. @throws if it cannot be told where it ends. */
function checkField(reader: BinaryReader, rules: ReadonlyMap<number, FieldRule>): readonly FieldViolation[] {
  const [number, wireType] = reader.tag();
  const rule = rules.get(number);
  if (rule?.wireType === wireType) return rule.read(reader);
  reader.skip(wireType, number);
  return rule === undefined ? NOTHING : [{ field: rule.name, description: `must be encoded as ${rule.type}` }];
}

/** Collects what is wrong with a message and leaves it out. Made for those only that need it. */
class Faults {
  readonly #violations: FieldViolation[] = [];
  /** A copy whose good fields move up to the front. */
  readonly #bytes: Uint8Array;
  #goodLength = 0;
  #goodFrom = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Uint8Array.from(bytes);
  }

  /** The field from `start` to `end` is wrong; all between it and the last one is good. */
  add(violations: readonly FieldViolation[], start: number, end: number): void {
    for (const violation of violations) {
      if (!isNamed(violation.field, this.#violations)) this.#violations.push(violation);
    }
    this.#keepUntil(start);
    this.#goodFrom = end;
  }

  end(): CheckedRequest {
    this.#keepUntil(this.#bytes.length);
    return { readable: this.#bytes.subarray(0, this.#goodLength), unreadable: this.#violations };
  }

  #keepUntil(end: number): void {
    this.#bytes.copyWithin(this.#goodLength, this.#goodFrom, end);
    this.#goodLength += end - this.#goodFrom;
  }
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
      check(reader.bytes()).unreadable.map(({ field, description }) => ({
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
    read: (reader) => (isUtf8(reader.bytes()) ? NOTHING : violations),
  };
}

function varintRule(name: string, type: string, read: (reader: BinaryReader) => unknown): FieldRule {
  return {
    name,
    wireType: WireType.Varint,
    type,
    read: (reader) => {
      read(reader);
      return NOTHING;
    },
  };
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
      return BigInt.asIntN(32, value) === value ? NOTHING : violations;
    },
  };
}
