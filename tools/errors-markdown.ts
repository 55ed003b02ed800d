/** The closed list of refusals as tables for the documentation. */

import { status as Code } from '@grpc/grpc-js';
import { ERROR_CODES, ERROR_MEANINGS } from '../src/domain/errors.ts';
import { GRPC_CODES } from '../src/grpc/error-status.ts';
import { HTTP_STATUSES, PROTOCOL_ERRORS, type ProtocolError } from '../src/http/problem.ts';

/** A Markdown table with a row per refusal, in the order in which they win, then those that only HTTP has. */
export function errorsMarkdown(): string {
  const shared = ERROR_CODES.map((code) => row(code, `\`${Code[GRPC_CODES[code]]}\``, ERROR_MEANINGS[code]));
  const protocol = Object.keys(PROTOCOL_ERRORS) as ProtocolError[];
  const http = protocol.map((code) => row(code, 'its own', PROTOCOL_ERRORS[code]));
  return `| name | gRPC | HTTP | meaning |\n|---|---|---|---|\n${[...shared, ...http].join('')}`;
}

function row(code: keyof typeof HTTP_STATUSES, grpc: string, meaning: string): string {
  return `| \`${code}\` | ${grpc} | ${HTTP_STATUSES[code]} | ${meaning} |\n`;
}
