/** The service over the memory storage and a live hub, at a time that a test moves, and the people who call it. */

import { Refusal } from '../../src/domain/errors.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/domain/limits.ts';
import type { Chat, Message } from '../../src/domain/models.ts';
import { NO_RATES, type Rates } from '../../src/domain/rates.ts';
import { createLiveHub, type LiveHub } from '../../src/live/live-hub.ts';
import { NO_CALL_METER, type CallMeter } from '../../src/service/call-meter.ts';
import type { Call, Method } from '../../src/service/calls.ts';
import { createService } from '../../src/service/create-service.ts';
import { RateLimits } from '../../src/service/rate-limits.ts';
import type { CreateChatRequest, FetchUnreadRequest, ListMessagesRequest } from '../../src/service/requests.ts';
import type { CreateSessionResponse, FetchUnreadResponse, ListMessagesResponse } from '../../src/service/responses.ts';
import type { Service } from '../../src/service/service.ts';
import { openMemoryStorage } from '../../src/storage/memory/open-memory-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { ADMIN_TOKEN } from './admin-token.ts';
import { FakeClock } from './fake-clock.ts';
import { recordedLog } from './recorded-log.ts';

export interface ServiceSceneOptions {
  readonly limits?: Partial<Limits>;
  /** Without them, calls may come as fast as they like. */
  readonly rates?: Partial<Rates>;
  /** What the service sees of the storage, for tests in which it is slow or fails. */
  readonly disturb?: (storage: Storage) => Storage;
  /** Told of every call. */
  readonly meter?: CallMeter;
}

export class ServiceScene {
  readonly clock = new FakeClock();
  /** As it is, undisturbed. */
  readonly storage: Storage = openMemoryStorage();
  readonly hub: LiveHub;
  readonly service: Service;
  /** Every line of the log with all its fields. */
  readonly logged: readonly string[];
  isShuttingDown = false;

  constructor({ limits = {}, rates, disturb = (storage) => storage, meter = NO_CALL_METER }: ServiceSceneOptions = {}) {
    const storage = disturb(this.storage);
    const { clock } = this;
    const allLimits = { ...DEFAULT_LIMITS, ...limits };
    const log = recordedLog();
    this.logged = log.fullLines;
    this.hub = createLiveHub({ storage, clock, log, limits: allLimits });
    const isShuttingDown = (): boolean => this.isShuttingDown;
    const rateLimits = new RateLimits({ rates: { ...NO_RATES, ...rates }, storage, clock, log });
    const parts = { storage, live: this.hub, clock, limits: allLimits, rateLimits, log, isShuttingDown, meter };
    this.service = createService({ ...parts, adminToken: ADMIN_TOKEN });
  }

  async newSession(displayName = 'Ada'): Promise<CreateSessionResponse> {
    return accepted(await this.service.createSession(callOf('CreateSession'), { displayName }));
  }

  async newChat(token: string, request: Partial<CreateChatRequest> = {}): Promise<Chat> {
    const defaults = { title: '', maxMessages: undefined, readOnly: false, ttlMs: undefined, unlisted: false };
    return accepted(await this.service.createChat(callOf('CreateChat', token), { ...defaults, ...request })).chat;
  }

  async post(token: string, chatId: string, text = 'hello'): Promise<Message> {
    const request = { chatId, text, clientMessageId: undefined };
    return accepted(await this.service.postMessage(callOf('PostMessage', token), request)).message;
  }

  async chat(token: string, chatId: string): Promise<Chat> {
    return accepted(await this.service.getChat(callOf('GetChat', token), { chatId })).chat;
  }

  fetchUnread(
    call: Call<'FetchUnread'>,
    chatId: string,
    request: Partial<FetchUnreadRequest> = {},
  ): Promise<FetchUnreadResponse | Refusal> {
    return this.service.fetchUnread(call, {
      chatId,
      ackSeq: undefined,
      limit: undefined,
      waitMs: undefined,
      ...request,
    });
  }

  async messages(
    token: string,
    chatId: string,
    request: Partial<ListMessagesRequest> = {},
  ): Promise<ListMessagesResponse> {
    const defaults = { pageSize: undefined, pageToken: undefined, order: undefined, markRead: undefined };
    return accepted(
      await this.service.listMessages(callOf('ListMessages', token), { chatId, ...defaults, ...request }),
    );
  }
}

/** A call as an API makes it; without a token from nobody. */
export function callOf<M extends Method>(method: M, token?: string, address = '192.0.2.1'): Call<M> {
  const controller = new AbortController();
  const { signal } = controller;
  return { method, api: 'grpc', token, address, unreadable: [], signal, abandon: () => controller.abort() };
}

/** The answer of a call that must not be refused. */
export function accepted<T>(answer: T | Refusal): T {
  if (answer instanceof Refusal) throw new Error(`refused: ${answer.code}: ${answer.message}`);
  return answer;
}

/** The name of the refusal, or undefined for an answer. */
export function codeOf(answer: unknown): string | undefined {
  return answer instanceof Refusal ? answer.code : undefined;
}
