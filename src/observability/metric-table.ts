/**
 * Every metric of Veche's own, one row each: what is registered, docs/metrics.md and what the tests hold the dashboard and the
 * alert rules against come from it. All values of labels are closed lists: no user, chat or address ever is one.
 */

import type { Config } from '../config/config.ts';
import { ERROR_CODES, type ErrorCode } from '../domain/errors.ts';
import { PROTOCOL_ERRORS, type ProtocolError } from '../http/problem.ts';
import type { StreamEnding } from '../live/live-meter.ts';
import { PROTOCOLS } from '../lifecycle/first-bytes.ts';
import type { CallOutcome } from '../service/call-meter.ts';
import { APIS, METHODS } from '../service/calls.ts';
import { BATCHES } from '../storage/storage-meter.ts';
import { STORAGE_OPERATIONS } from './storage-operations.ts';

/** One metric. */
export interface MetricRow {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** What one is, in a sentence with a full stop. */
  readonly help: string;
  /** What is counted or measured. */
  readonly unit: string;
  /** Every value that each label may have. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** Of a histogram: the upper bounds of its buckets, rising, in its unit. */
  readonly buckets?: readonly number[];
}

/** What is only known when the process has started: one value each. */
const KNOWN_AT_START: readonly string[] = [];

const STORAGES = Object.keys({
  memory: true,
  redis: true,
  postgres: true,
} satisfies Record<Config['storage'], true>) as readonly Config['storage'][];

/** Every refusal that is counted: HTTP has some of its own. */
export type RefusalCode = ErrorCode | ProtocolError;

const REFUSAL_CODES: readonly RefusalCode[] = [...ERROR_CODES, ...(Object.keys(PROTOCOL_ERRORS) as ProtocolError[])];
const OUTCOMES: readonly CallOutcome[] = ['OK', ...ERROR_CODES, 'CANCELLED'];
const STREAM_ENDINGS = Object.keys({
  CHAT_CLOSED: true,
  SESSION_ENDED: true,
  SERVER_GOING_AWAY: true,
  READER_TOO_SLOW: true,
  READER_GONE: true,
} satisfies Record<StreamEnding, true>) as readonly StreamEnding[];

/** From a call that memory answers to one that is given up. */
const LATENCY_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Up to the longest wait, and what a call may take beside it. */
const WAIT_SECONDS = [0.01, 0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 45];
const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** The rows, by name. */
export const METRICS = {
  veche_calls_total: {
    kind: 'counter',
    help: 'Calls answered; CANCELLED: the caller had gone before there was an answer.',
    unit: 'calls',
    labels: { api: APIS, method: METHODS, code: OUTCOMES },
  },
  veche_call_duration_seconds: {
    kind: 'histogram',
    help: 'Time until a call was answered, of Subscribe until the stream had begun; calls that ask to wait are left out.',
    unit: 'seconds',
    labels: { api: APIS, method: METHODS },
    buckets: LATENCY_SECONDS,
  },
  veche_waiting_call_duration_seconds: {
    kind: 'histogram',
    help: 'Time until a call that asked to wait for something was answered.',
    unit: 'seconds',
    labels: { api: APIS },
    buckets: WAIT_SECONDS,
  },
  veche_refusals_total: {
    kind: 'counter',
    help: 'Refusals by name, those of requests that reached no method included.',
    unit: 'refusals',
    labels: { api: APIS, code: REFUSAL_CODES },
  },
  veche_posts_total: {
    kind: 'counter',
    help: 'Messages stored; a repeated post is not another one.',
    unit: 'messages',
    labels: {},
  },
  veche_open_streams: {
    kind: 'gauge',
    help: 'Streams that have begun and not ended.',
    unit: 'streams',
    labels: { api: APIS },
  },
  veche_open_waits: {
    kind: 'gauge',
    help: 'Calls that wait for something unread.',
    unit: 'calls',
    labels: { api: APIS },
  },
  veche_streams_ended_total: {
    kind: 'counter',
    help: 'Streams ended, by reason; READER_TOO_SLOW: more waited for the reader than may.',
    unit: 'streams',
    labels: { api: APIS, reason: STREAM_ENDINGS },
  },
  veche_readers_cut_total: {
    kind: 'counter',
    help: 'Readers cut because they did not take the end of their stream in time.',
    unit: 'streams',
    labels: { api: APIS },
  },
  veche_deliveries_total: {
    kind: 'counter',
    help: 'Messages handed to streams: one message to ten readers is ten.',
    unit: 'messages',
    labels: { api: APIS },
  },
  veche_connections: {
    kind: 'gauge',
    help: 'Open connections that have said which protocol they speak; those of --ops-port are left out.',
    unit: 'connections',
    labels: { protocol: PROTOCOLS },
  },
  veche_connections_opened_total: {
    kind: 'counter',
    help: 'Connections opened.',
    unit: 'connections',
    labels: { protocol: PROTOCOLS },
  },
  veche_storage_operations_total: {
    kind: 'counter',
    help: 'Operations of the storage, by what they came to; INTERNAL: an unexpected failure; CANCELLED: nobody waited any more.',
    unit: 'operations',
    labels: { operation: STORAGE_OPERATIONS, code: OUTCOMES },
  },
  veche_storage_operation_duration_seconds: {
    kind: 'histogram',
    help: 'Time that operations of the storage took, whatever they came to.',
    unit: 'seconds',
    labels: { operation: STORAGE_OPERATIONS },
    buckets: LATENCY_SECONDS,
  },
  veche_storage_batch_size: {
    kind: 'histogram',
    help: 'How many posts, or lookups of sessions, went to the storage as one statement (PostgreSQL only).',
    unit: 'posts, lookups',
    labels: { batch: BATCHES },
    buckets: BATCH_SIZES,
  },
  veche_users: {
    kind: 'gauge',
    help: 'Live sessions, over all instances; absent while the storage does not answer.',
    unit: 'sessions',
    labels: {},
  },
  veche_chats: {
    kind: 'gauge',
    help: 'Open chats, over all instances; absent while the storage does not answer.',
    unit: 'chats',
    labels: {},
  },
  veche_messages: {
    kind: 'gauge',
    help: 'Messages kept, over all instances; absent while the storage does not answer.',
    unit: 'messages',
    labels: {},
  },
  veche_messages_last_hour: {
    kind: 'gauge',
    help: 'Messages accepted in the past 60 minutes, over all instances; absent while the storage does not answer.',
    unit: 'messages',
    labels: {},
  },
  veche_max_users: {
    kind: 'gauge',
    help: 'The setting --max-users; 0: no limit.',
    unit: 'sessions',
    labels: {},
  },
  veche_max_chats: {
    kind: 'gauge',
    help: 'The setting --max-chats; 0: no limit.',
    unit: 'chats',
    labels: {},
  },
  veche_ready: {
    kind: 'gauge',
    help: 'Whether calls should come here (1) or not (0): what /readyz says.',
    unit: '0 or 1',
    labels: {},
  },
  veche_build_info: {
    kind: 'gauge',
    help: 'Always 1; which version runs, on which Node.js, with which storage.',
    unit: '1',
    labels: { version: KNOWN_AT_START, node: KNOWN_AT_START, storage: STORAGES },
  },
} as const satisfies Readonly<Record<string, MetricRow>>;

/** The name of a metric. */
export type MetricName = keyof typeof METRICS;
