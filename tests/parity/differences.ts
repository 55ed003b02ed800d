/** All that may differ between the APIs, each with its reason. Whatever is not here must be the same. */

import { WRONG_TYPE, type Fields, type Outcome, type Refused } from './api.ts';

export const DIFFERENCES = {
  WORDS_OF_THE_ENCODING:
    'What is wrong with a value of another type is said in the words of its encoding; which field it is, is the same.',
  UNKNOWN_FIELDS:
    'gRPC passes over unknown fields, as protobuf promises to newer clients; HTTP refuses unknown members and parameters, because there they are mostly misspelt ones. So HTTP alone has INVALID_ARGUMENT where a request has no fields.',
  EMPTY_IS_UNSET:
    'A text without presence is unset in protobuf where it is empty: an empty pageToken is the first page, a missing text an empty one. In JSON and a query what is empty is there, and what is missing is called so.',
  HEAD: 'HTTP has HEAD wherever it has GET, except on streams.',
  LAST_EVENT_ID:
    "HTTP has a header of server-sent events that goes before afterSeq: it is the browser's own way to resume.",
  WHOLE_SECONDS:
    'When to retry is told in milliseconds by gRPC, and by HTTP in whole seconds, the next one up: Retry-After has no others.',
  PROTOCOL_ERRORS:
    'What reaches no method is refused by what each protocol has for it: HTTP by names of its own, gRPC by the codes of its library.',
} as const;

/** An outcome without what may differ. */
export function withoutDifferences(request: Fields, outcome: Outcome): Outcome {
  if ('answer' in outcome) return outcome;
  const refused = inWholeSeconds(outcome.refused);
  const isUndecodable = Object.values(request).includes(WRONG_TYPE);
  return { refused: isUndecodable ? withoutWords(refused) : refused };
}

function inWholeSeconds({ retryAfterMs, ...refused }: Refused): Refused {
  return { ...refused, retryAfterMs: retryAfterMs && Math.ceil(retryAfterMs / 1_000) * 1_000 };
}

function withoutWords(refused: Refused): Refused {
  const fields = refused.fields.map(([field]): [string, string] => [field, DIFFERENCES.WORDS_OF_THE_ENCODING]);
  return { ...refused, message: DIFFERENCES.WORDS_OF_THE_ENCODING, fields };
}
