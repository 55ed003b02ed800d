/** A storage whose operations are spans of the calls that they are done for. */

import { ROOT_CONTEXT, SpanKind, trace, type Span, type Tracer } from '@opentelemetry/api';
import { Refusal } from '../../domain/errors.ts';
import type { Storage } from '../../storage/storage.ts';
import { traceScopes } from '../trace-scope.ts';
import { describeFailure } from './failures.ts';
import { currentSpans, withinSpan, type Outcome } from './scopes.ts';

/** The operations that answer a command or a query. */
type Operation = Exclude<keyof Storage, 'pageTokenKey' | 'watch' | 'sweep' | 'ping' | 'readTime' | 'close'>;
/** They are all alike to a span. */
type AnyOperation = (...args: readonly unknown[]) => Promise<unknown>;

/** What nobody calls for, such as house-keeping and what is read for open streams, is in no trace. */
export function tracedStorage(tracer: Tracer, name: string, storage: Storage): Storage {
  const traced = <Name extends Operation>(operation: Name): Storage[Name] => {
    const spanName = `storage.${operation}`;
    const options = { kind: SpanKind.INTERNAL, attributes: { 'veche.storage': name } };
    const run = storage[operation].bind(storage) as AnyOperation;
    const runTraced: AnyOperation = (...args) => {
      const [parent] = currentSpans();
      if (parent === undefined) return run(...args);
      const span = tracer.startSpan(spanName, options, trace.setSpan(ROOT_CONTEXT, parent));
      return withinSpan(span, () => run(...args), describeOperation);
    };
    return runTraced as Storage[Name];
  };
  return {
    pageTokenKey: storage.pageTokenKey,
    createSession: traced('createSession'),
    authenticate: traced('authenticate'),
    endSession: traced('endSession'),
    createChat: traced('createChat'),
    getChat: traced('getChat'),
    listChats: traced('listChats'),
    closeChat: traced('closeChat'),
    postMessage: traced('postMessage'),
    listMessages: traced('listMessages'),
    fetchUnread: traced('fetchUnread'),
    markRead: traced('markRead'),
    listUnreadCounts: traced('listUnreadCounts'),
    listSessions: traced('listSessions'),
    readMessages: traced('readMessages'),
    noteActivity: traced('noteActivity'),
    getStats: traced('getStats'),
    // Reported for many calls at once, and none waits for it.
    spendRates: (command, options) => storage.spendRates(command, options),
    // Whoever is woken does not work for the call that wakes.
    watch: (topic, wake) => storage.watch(topic, () => traceScopes.run(undefined, wake)),
    sweep: (command) => storage.sweep(command),
    ping: () => storage.ping(),
    readTime: () => storage.readTime(),
    close: () => storage.close(),
  };
}

function describeOperation(span: Span, outcome: Outcome<unknown>): void {
  if ('error' in outcome) describeFailure(span, outcome.error);
  else span.setAttribute('veche.code', outcome.answer instanceof Refusal ? outcome.answer.code : 'OK');
}
