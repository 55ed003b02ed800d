/** Makes the bytes of requests of plans, and says what must be thought of them. */

import { fromBinary, ScalarType, type DescField, type DescMethod } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { withContent, withOtherWireType } from '../support/bad-bytes.ts';
import { OPERATIONS } from '../support/openapi-document.ts';
import type { Attempt, Json } from './exchange.ts';
import type { Facts } from './facts.ts';
import { METHODS, type GrpcPlan, type Tampering } from './grpc-plan.ts';
import { plain } from './grpc-plain.ts';
import { chooseToken, resolveFields, type ResolvedField } from './http-request.ts';

/** A request, and how it was meant. */
export interface GrpcRequest extends Omit<Attempt, 'describe'> {
  readonly bytes: Uint8Array;
  readonly authorization: string | undefined;
  readonly isTokenUnclear: boolean;
}

interface Encoded {
  readonly bytes: Uint8Array;
  readonly fits: boolean | undefined;
}

const DURATION = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/;
const UNKNOWN_FIELD = 1000;

/** Makes the request of a plan. */
export function grpcRequest(facts: Facts, { operationId, token, fields, tampering }: GrpcPlan): GrpcRequest {
  const method = METHODS[operationId]!;
  const { header, ...caller } = chooseToken(facts, operationId, token);
  const { session } = caller;
  const chatFields = fields.filter(([name]) => name === 'chatId');
  const chatId = resolveFields(facts, chatFields, { operationId, session, chat: undefined });
  const named = facts.chats.get(String(chatId[0]?.value).toLowerCase());
  const others = fields.filter(([name]) => name !== 'chatId');
  const resolved = [...chatId, ...resolveFields(facts, others, { operationId, session, chat: named })];
  const encoded = resolved.map((field) => encodeField(fieldNamed(method, field.name), field));
  const bytes = tampered(Buffer.concat(encoded.map((field) => field.bytes)), tampering);
  const request = decoded(method, bytes);
  return {
    operation: operationId,
    request,
    fits: ['none', 'unknown field'].includes(tampering.kind) ? judged(operationId, resolved, encoded) : undefined,
    ...caller,
    target: facts.sessionOf(request['userId']),
    chat: facts.chats.get(String(request['chatId']).toLowerCase()),
    authorization: header?.trim(),
    bytes,
  };
}

function fieldNamed({ input }: DescMethod, name: string): DescField {
  return input.fields.find(({ localName }) => localName === name)!;
}

function judged(
  operationId: string,
  fields: readonly ResolvedField[],
  encoded: readonly Encoded[],
): boolean | undefined {
  const verdicts = new Set(encoded.map(({ fits }) => fits));
  const { parameters, body } = OPERATIONS[operationId]!;
  const needed = parameters.filter(({ required }) => required === true).map(({ name }) => name);
  const isAbsent = (name: string): boolean => !fields.some((field) => field.name === name);
  if ([...needed, ...(body?.required ?? [])].some(isAbsent)) return false;
  if (verdicts.has(false)) return false;
  return verdicts.has(undefined) ? undefined : true;
}

/** What the field cannot hold is encoded as something else. */
function encodeField(field: DescField, { value, fits }: ResolvedField): Encoded {
  const { number, fieldKind } = field;
  const writer = new BinaryWriter();
  if (fieldKind === 'message') return encodeDuration(field, value, fits);
  if (fieldKind === 'enum') {
    const index = field.enum.values.findIndex(
      ({ name }) => name === `${field.enum.sharedPrefix?.toUpperCase()}${String(value)}`,
    );
    return {
      bytes: writer
        .tag(number, WireType.Varint)
        .int32(index === -1 ? 99 : index)
        .finish(),
      fits,
    };
  }
  const scalar = (field as { readonly scalar: ScalarType }).scalar;
  if (scalar === ScalarType.STRING && typeof value === 'string') {
    // What a lone surrogate becomes is another text, and an empty text is an absent one.
    const isSame = value.isWellFormed() && !(field.localName === 'pageToken' && value === '');
    return {
      bytes: writer.tag(number, WireType.LengthDelimited).string(value).finish(),
      fits: isSame ? fits : undefined,
    };
  }
  if (scalar === ScalarType.BOOL && typeof value === 'boolean') {
    return { bytes: writer.tag(number, WireType.Varint).bool(value).finish(), fits };
  }
  const isInteger = typeof value === 'bigint' || Number.isInteger(value);
  if ((scalar === ScalarType.INT32 || scalar === ScalarType.INT64) && isInteger) {
    const integer = BigInt.asIntN(64, BigInt(value as number));
    const isSame = integer === BigInt(value as number);
    return { bytes: writer.tag(number, WireType.Varint).int64(integer).finish(), fits: isSame ? fits : undefined };
  }
  return { bytes: withOtherWireType(field), fits: false };
}

function encodeDuration(field: DescField, value: unknown, fits: boolean | undefined): Encoded {
  const [, sign, seconds, fraction = ''] = DURATION.exec(String(value)) ?? [];
  if (seconds === undefined || typeof value !== 'string')
    return { bytes: withContent(field, Uint8Array.of(0xff)), fits: false };
  const factor = sign === '-' ? -1 : 1;
  const content = new BinaryWriter()
    .tag(1, WireType.Varint)
    .int64(BigInt(seconds) * BigInt(factor))
    .tag(2, WireType.Varint)
    .int32(Number(fraction.padEnd(9, '0')) * factor)
    .finish();
  return { bytes: withContent(field, content), fits };
}

function tampered(bytes: Buffer, tampering: Tampering): Uint8Array {
  if (tampering.kind === 'cut') return bytes.subarray(0, tampering.at % (bytes.length + 1));
  if (tampering.kind === 'replace') return tampering.bytes;
  if (tampering.kind === 'flip') {
    const at = tampering.at % Math.max(1, bytes.length);
    return bytes.map((byte, index) => (index === at ? byte ^ (1 << (tampering.at % 8)) : byte));
  }
  const writer = new BinaryWriter().raw(bytes);
  if (tampering.kind === 'unknown field')
    return writer.tag(UNKNOWN_FIELD, WireType.LengthDelimited).string('?').finish();
  if (tampering.kind === 'huge length')
    return writer
      .tag(1, WireType.LengthDelimited)
      .uint32(2 ** 32 - 1)
      .finish();
  return bytes;
}

/** What a request says; nothing if it cannot be read. */
function decoded({ input }: DescMethod, bytes: Uint8Array): Json {
  try {
    return plain(input, fromBinary(input, bytes));
  } catch {
    return {};
  }
}
