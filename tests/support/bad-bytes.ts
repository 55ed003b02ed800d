/** Encodes fields of a request as no encoder would. */

import { ScalarType, type DescField } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** UTF-8 for a lone surrogate, as some encoders make it and no decoder takes it. */
export const LONE_SURROGATE = Uint8Array.of(0xed, 0xa0, 0x80);

/** The bytes of a field that holds a number where something with a length is expected, and the other way round. */
export function withOtherWireType(field: DescField): Uint8Array {
  const writer = new BinaryWriter();
  return hasLength(field)
    ? writer.tag(field.number, WireType.Varint).uint32(7).finish()
    : writer.tag(field.number, WireType.LengthDelimited).string('7').finish();
}

/** The bytes of a field with exactly these within. */
export function withContent(field: DescField, content: Uint8Array): Uint8Array {
  return new BinaryWriter().tag(field.number, WireType.LengthDelimited).bytes(content).finish();
}

/** The bytes of a field that is announced as longer than it is. */
export function cutOff(field: DescField): Uint8Array {
  const writer = new BinaryWriter();
  return hasLength(field)
    ? writer.tag(field.number, WireType.LengthDelimited).uint32(100).finish()
    : writer.tag(field.number, WireType.Varint).finish();
}

/** Whether a field holds text. */
export function isText(field: DescField): boolean {
  return field.fieldKind === 'scalar' && field.scalar === ScalarType.STRING;
}

function hasLength(field: DescField): boolean {
  return isText(field) || field.fieldKind === 'message';
}
