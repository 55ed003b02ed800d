/** Plays a scenario over HTTP: sends what it says, holds every answer against the document and against what is known. */

import { OPERATIONS, problems, type Operation } from '../support/openapi-document.ts';
import { membersOf, wrongWithAnswer, wrongWithProblem, wrongWithUnrouted } from './answer-check.ts';
import type { Coverage } from './coverage.ts';
import { Unsound, type Attempt, type Exchange, type Outcome, type Snapshot } from './exchange.ts';
import type { HttpPlan } from './http-plan.ts';
import { curl, httpRequest, type HttpRequest } from './http-request.ts';
import type { HttpStep } from './http-scenario.ts';
import { HttpWire, type WireAnswer } from './http-wire.ts';
import { pick } from './known.ts';
import { reached, type NearMiss } from './near-misses.ts';
import type { Play } from './scenarios.ts';
import { readEvents } from './sse-events.ts';
import { StreamReader } from './stream-reader.ts';
import type { World } from './world.ts';

/** One scenario on its way. */
export class HttpPlay implements Play<HttpStep> {
  readonly #world: World;
  readonly #coverage: Coverage;
  readonly #wire: HttpWire;
  readonly #streams: StreamReader[] = [];
  readonly sent: string[] = [];

  constructor(world: World, coverage: Coverage) {
    this.#world = world;
    this.#coverage = coverage;
    this.#wire = new HttpWire(world.app.port);
  }

  /** Does what a step says. @throws Unsound */
  async take(step: HttpStep): Promise<void> {
    if (step.do === 'call') await this.#callAll(step.plans);
    else if (step.do === 'pass') {
      this.sent.push(`# ${step.ms} ms later`);
      await this.#world.pass(step.ms);
    } else if (step.do === 'hang up') pick(this.#streams, step.which)?.cancel();
    else if (step.do === 'near miss') await this.#miss(step.nearMiss);
    else await this.#sendRaw(step.bytes);
  }

  /** Looks at everything in the end. @throws Unsound */
  finish(): Promise<void> {
    return this.#world.finish(this.#streams);
  }

  close(): void {
    for (const stream of this.#streams) stream.cancel();
    this.#wire.close();
  }

  #callAll(plans: readonly HttpPlan[]): Promise<void> {
    const requests = plans.map((plan) => ({ plan, request: httpRequest(this.#world.facts, plan) }));
    return this.#world.callAtOnce(requests, ({ plan, request }, before) => this.#call(plan, request, before));
  }

  async #call({ operationId }: HttpPlan, request: HttpRequest, before: Snapshot): Promise<Exchange> {
    const { wire, isHead } = request;
    const operation = OPERATIONS[operationId]!;
    const sent = curl(wire, this.#wire.origin);
    this.sent.push(sent);
    let answer: WireAnswer | undefined;
    const attempt = { ...request, describe: () => `${sent}\n${answer === undefined ? '' : shown(answer)}` };
    if (operationId === 'subscribe') answer = await this.#subscribe(attempt, request);
    else answer = await this.#wire.call(wire);
    const fault = wrongWithAnswer(operation, answer, isHead);
    if (fault !== undefined) throw new Unsound(fault, attempt);
    const outcome = outcomeOf(request, operation, answer);
    this.#coverage.add(operationId, outcome.code ?? '');
    return { attempt, outcome, before };
  }

  /** The answer is empty where the stream has begun. */
  async #subscribe(attempt: Attempt, { wire, request }: HttpRequest): Promise<WireAnswer> {
    const response = await this.#wire.begin(wire);
    const { statusCode: status = 0, headers } = response;
    if (status === 200) {
      const from = request['Last-Event-ID'] ?? request['afterSeq'];
      const afterSeq = from === undefined ? undefined : Number(from);
      const reader = new StreamReader(attempt, afterSeq, () => response.destroy());
      readEvents(response, reader);
      this.#streams.push(reader);
      return { status, headers, body: Buffer.alloc(0) };
    }
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return { status, headers, body: Buffer.concat(chunks) };
  }

  async #miss(nearMiss: NearMiss): Promise<void> {
    const { method, path } = nearMiss;
    const wire = { method, path, headers: {}, body: undefined, isChunked: false };
    const answer = await this.#wire.call(wire);
    const reach = reached(nearMiss);
    const fail = (fault: string): never => {
      throw new Unsound(`${fault}\n${curl(wire, this.#wire.origin)}\n${shown(answer)}`);
    };
    if (answer.status === 500 || answer.status === 501) fail(`status ${answer.status}`);
    if (reach === undefined) return;
    const isHead = method === 'HEAD';
    const fault =
      typeof reach === 'object' && 'operationId' in reach
        ? wrongWithAnswer(reach, answer, isHead)
        : wrongWithUnrouted(reach === 'ROUTE_NOT_FOUND' ? reach : 'METHOD_NOT_ALLOWED', answer, isHead);
    if (fault !== undefined) fail(fault);
    if (typeof reach === 'object' && 'allow' in reach) {
      const allowed = (answer.headers.allow ?? '').split(', ').toSorted();
      if (String(allowed) !== String(reach.allow.toSorted())) fail(`allow: ${answer.headers.allow}`);
    }
  }

  /** Whatever it is, it is answered in full, by a problem or as any request, or not at all. */
  async #sendRaw(bytes: Uint8Array): Promise<void> {
    const answer = await this.#wire.raw(bytes);
    const fail = (fault: string): never => {
      throw new Unsound(`${fault}\n${JSON.stringify(Buffer.from(bytes).toString('latin1'))}\n${answer}`);
    };
    if (answer === '') return;
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
    if (!(status < 500)) fail(`status ${status}`);
    if (status < 400 || body === '') return;
    if (!/^content-type: application\/problem\+json$/im.test(head)) fail('no problem');
    const members = membersOf(Buffer.from(body, 'latin1'));
    const fault = wrongWithProblem(members, status, [String(members?.['code'])]);
    if (fault !== undefined) fail(fault);
  }
}

function outcomeOf({ isHead }: HttpRequest, operation: Operation, { status, body }: WireAnswer): Outcome {
  if (status < 400) return { code: 'OK', body: membersOf(body) };
  if (!isHead && operation.method !== 'HEAD') return { code: membersOf(body)?.['code'] as string, body: undefined };
  return { code: problems(operation).find((problem) => problem.status === status)?.code, body: undefined };
}

function shown({ status, headers, body }: WireAnswer): string {
  return `${status} ${JSON.stringify(headers)}\n${body.toString().slice(0, 2_000)}`;
}
