/** What the scenarios have really exercised, by API: counted while they play. */

import type { DescEnum, DescMessage } from '@bufbuild/protobuf';
import type { Method } from '../../src/service/calls.ts';
import { isRefused, WRONG_TYPE, type ApiName, type Fields, type Outcome, type Refused } from './api.ts';
import { descriptorOf } from './grpc-api.ts';

const WELL_KNOWN = new Set(['Timestamp', 'Duration']);

const seen: Readonly<Record<ApiName, Set<string>>> = { gRPC: new Set(), HTTP: new Set() };

/** Everything seen through an API so far. */
export function seenThrough(api: ApiName): ReadonlySet<string> {
  return seen[api];
}

export function answered(method: Method): string {
  return `${method} answers`;
}

export function refusedWith(method: Method, code: string): string {
  return `${method} is refused with ${code}`;
}

/** Notes a call and what it came to. */
export function noteCall(api: ApiName, method: Method, request: Fields, outcome: Outcome): void {
  const { input, output } = descriptorOf(method);
  noteFields(api, input, request);
  if ('refused' in outcome) noteRefusal(api, method, outcome.refused);
  else {
    seen[api].add(answered(method));
    noteFields(api, output, outcome.answer);
  }
}

/** Notes an event of a stream, or its refusal. */
export function noteEvent(api: ApiName, request: Fields, event: Fields | Refused): void {
  noteCall(api, 'Subscribe', request, isRefused(event) ? { refused: event } : { answer: event });
}

function noteRefusal(api: ApiName, method: Method, { code }: Refused): void {
  seen[api].add(refusedWith(method, code));
}

/** Notes the fields of a message that have another value than the default. */
function noteFields(api: ApiName, desc: DescMessage, fields: Fields): void {
  for (const { name, localName, message, enum: ofEnum } of desc.fields) {
    const values = [fields[localName]]
      .flat()
      .filter((value) => value !== undefined && value !== '' && value !== 0 && value !== WRONG_TYPE);
    if (values.every((value) => value === false)) continue;
    seen[api].add(`${desc.name}.${name}`);
    for (const value of values) {
      if (ofEnum !== undefined) seen[api].add(`${ofEnum.name}.${String(value)}`);
      if (message !== undefined && !WELL_KNOWN.has(message.name)) noteFields(api, message, value as Fields);
    }
  }
}

/** Every field and every value of an enum that can be seen in messages, by the names under which they are noted. */
export function allWords(messages: readonly DescMessage[], enums: readonly DescEnum[]): readonly string[] {
  const fields = messages.flatMap((desc) => desc.fields.map(({ name }) => `${desc.name}.${name}`));
  const values = enums.flatMap(({ name, values: [, ...named] }) =>
    named.map(({ localName }) => `${name}.${localName}`),
  );
  return [...fields, ...values];
}
