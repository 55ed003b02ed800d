/** How the words of the gRPC contract read in the HTTP contract. */

import { METHODS } from '../../src/service/calls.ts';

/** The name of an operation, after that of its method. */
export function toOperationId(method: string): string {
  return method.charAt(0).toLowerCase() + method.slice(1);
}

/** The name of a member or parameter, after that of its field. */
export function toCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A text with the names of fields in lowerCamelCase and those of methods as the names of operations, without marks of code. */
export function toHttpWords(text: string): string {
  return text
    .replaceAll('`', '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\b\w+Service\./g, '')
    .replace(/\b[a-z]+(_[a-z]+)+\b/g, toCamelCase)
    .replace(new RegExp(`\\b(${METHODS.join('|')})\\b`, 'g'), toOperationId)
    .replace('Empty at the end.', 'Absent at the end.');
}
