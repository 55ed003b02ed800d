/** The HTTP API in neutral words. Insists that every answer has a status and a form that the contract lists. */

import { ERROR_CODES, type ErrorCode } from '../../src/domain/errors.ts';
import type { Method } from '../../src/service/calls.ts';
import { toCamelCase, toOperationId } from '../support/http-words.ts';
import { OPERATIONS, problems, responseSchema, SCHEMAS, type Operation } from '../support/openapi-document.ts';
import { SSE_EVENT } from '../support/sse-event.ts';
import type { Api, Events, Fields, Outcome, Refused } from './api.ts';
import { readValue, writeRequest } from './http-words.ts';

const CORRELATION = /^urn:uuid:(.+)$/;

/** The operation of a method. @throws if the contract has none. */
function operationOf(method: Method): Operation {
  const operation = OPERATIONS[toOperationId(method)];
  if (operation === undefined) throw new Error(`HTTP has no ${method}`);
  return operation;
}

export class HttpApi implements Api {
  readonly name = 'HTTP';
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  async call(method: Method, request: Fields, token?: string): Promise<Outcome> {
    const operation = operationOf(method);
    const response = await this.#fetch(operation, request, { token });
    if (!response.ok) return { refused: await readProblem(operation, response) };
    if (operation.responses[response.status] === undefined) throw new Error(`${method} may not be ${response.status}`);
    checkHeaders(response, operation);
    const schema = responseSchema(operation);
    const text = await response.text();
    if (schema === undefined && text !== '') throw new Error(`${method} has no body in the contract`);
    return { answer: schema === undefined ? {} : (readValue(schema, JSON.parse(text), method) as Fields) };
  }

  subscribe(request: Fields, token?: string): Events {
    const operation = operationOf('Subscribe');
    const leaving = new AbortController();
    const events = this.#events(operation, request, { token, signal: leaving.signal });
    return {
      next: async () => {
        const { done, value } = await events.next();
        return done === true ? undefined : value;
      },
      leave: () => leaving.abort(),
    };
  }

  async *#events(
    operation: Operation,
    request: Fields,
    options: { readonly token: string | undefined; readonly signal: AbortSignal },
  ): AsyncGenerator<Fields | Refused, undefined> {
    const response = await this.#fetch(operation, request, options);
    if (!response.ok) {
      yield await readProblem(operation, response);
      return;
    }
    checkHeaders(response, operation);
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const [...written] = text.split('\n\n');
      text = written.pop() ?? '';
      for (const event of written) if (!event.startsWith(':')) yield readEvent(operation, event);
    }
  }

  #fetch(
    operation: Operation,
    request: Fields,
    { token, signal }: { readonly token: string | undefined; readonly signal?: AbortSignal },
  ): Promise<Response> {
    const { path, body } = writeRequest(operation, request);
    return fetch(`http://127.0.0.1:${this.#port}${path}`, {
      method: operation.method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    });
  }
}

async function readProblem(operation: Operation, response: Response): Promise<Refused> {
  checkHeaders(response, operation);
  const problem = (await response.json()) as Record<string, unknown>;
  readValue(SCHEMAS['Problem']!, problem, operation.operationId);
  const { code, detail, errors, instance } = problem;
  if (!problems(operation).some((listed) => listed.code === code && listed.status === response.status)) {
    throw new Error(`${operation.operationId} may not be refused with ${String(code)} and ${response.status}`);
  }
  if (!ERROR_CODES.includes(code as ErrorCode)) throw new Error(`${String(code)} is only HTTP's`);
  const retryAfter = response.headers.get('retry-after');
  return {
    code: code as ErrorCode,
    message: detail as string,
    fields: (errors as { field: string; description: string }[]).map(({ field, description }) => [field, description]),
    retryAfterMs: retryAfter === null ? undefined : Number(retryAfter) * 1000,
    correlationId: CORRELATION.exec(String(instance))?.[1],
  };
}

/** Every answer has the type and the headers that the contract lists with its status. */
function checkHeaders({ status, headers: sent }: Response, { operationId, responses }: Operation): void {
  const { content = {}, headers = {} } = responses[status] ?? {};
  const type = sent.get('content-type') ?? undefined;
  if (type !== Object.keys(content)[0]) throw new Error(`${operationId} answers ${status} with ${type}`);
  if (sent.get('cache-control') !== 'no-store') throw new Error(`${operationId} answers ${status} to be cached`);
  const needed = Object.keys(headers).filter((name) => name !== 'Retry-After');
  const missing = needed.filter((name) => !sent.has(name));
  if (missing.length > 0) throw new Error(`${operationId} answers ${status} without ${missing.join()}`);
}

/** An event by its name; its id must be the last seq that it covers. */
function readEvent({ responses }: Operation, written: string): Fields {
  const [, name = '', id, data = ''] = SSE_EVENT.exec(written) ?? [];
  const $ref = responses['200']?.content?.['text/event-stream']?.['x-events']?.[name];
  if ($ref === undefined) throw new Error(`the contract has no such event: ${written}`);
  const event = readValue({ $ref }, JSON.parse(data), name) as { seq: number; messages?: { seq: number }[] };
  const seq = event.messages?.at(-1)?.seq ?? event.seq;
  if (Number(id) !== seq) throw new Error(`the id of ${name} is ${id}, not ${seq}`);
  return { [toCamelCase(name.replaceAll('-', '_'))]: event };
}
