/** How messages, chats and sessions are written down. */

import { activityResolutionMs } from '../../domain/lifetime.ts';
import type { ChatSettings, Message } from '../../domain/models.ts';
import type { ChatCursor, PostMessage } from '../storage.ts';
import { DamagedRecordError } from './failures.ts';

/** Digits of a time in a place: enough for any, so that places sort by time. */
const TIME_DIGITS = 16;

/**
 * A message without seq and time: size bound, id, author's id, length of the author's name, then the name and the text as they are.
 * The script that gives it its time puts that before it.
 */
export function messageRecord({ id, author, text, sizeBytes }: PostMessage): string {
  const { userId, displayName } = author;
  return `${sizeBytes}|${id}|${userId}|${displayName.length}|${displayName}${text}`;
}

/** The message of a record with its time before it. @throws DamagedRecordError */
export function messageOf(chatId: string, seq: number, record: string): Message {
  const sizeAt = record.indexOf('|') + 1;
  const idAt = record.indexOf('|', sizeAt) + 1;
  const userAt = record.indexOf('|', idAt) + 1;
  const lengthAt = record.indexOf('|', userAt) + 1;
  const nameAt = record.indexOf('|', lengthAt) + 1;
  const hasAll = sizeAt > 0 && idAt > 0 && userAt > 0 && lengthAt > 0 && nameAt > 0;
  const sentAt = Number(record.slice(0, sizeAt - 1));
  const textAt = nameAt + Number(record.slice(lengthAt, nameAt - 1));
  if (!hasAll || !Number.isSafeInteger(sentAt) || !(textAt < record.length)) {
    throw new DamagedRecordError(`message ${seq} of chat ${chatId} is damaged`);
  }
  return {
    id: record.slice(idAt, userAt - 1),
    chatId,
    seq,
    author: { userId: record.slice(userAt, lengthAt - 1), displayName: record.slice(nameAt, textAt) },
    text: record.slice(textAt),
    sentAt,
  };
}

/** The message of a record with its seq and time before it, as retry memories hold it. @throws DamagedRecordError */
export function rememberedMessageOf(chatId: string, record: string): Message {
  const sentAt = record.indexOf('|') + 1;
  return messageOf(chatId, Number(record.slice(0, sentAt - 1)), record.slice(sentAt));
}

/** What is fixed about a chat. */
export function settingsRecord(settings: ChatSettings): string {
  return JSON.stringify(settings);
}

/** @throws DamagedRecordError */
export function settingsOf(chatId: string, record: string): ChatSettings {
  try {
    const settings = JSON.parse(record) as ChatSettings;
    return { ...settings, ttlMs: settings.ttlMs };
  } catch (error) {
    throw new DamagedRecordError(`the settings of chat ${chatId} are damaged`, { cause: error });
  }
}

/** A user in a chat: how coarsely their activity is noted, and their name. */
export function visitorRecord(displayName: string, ttlMs: number): string {
  return `${activityResolutionMs(ttlMs)}|${displayName}`;
}

/** The name in a visitor's record. */
export function visitorName(record: string): string {
  return record.slice(record.indexOf('|') + 1);
}

/**
 * Until when it may be taken for granted, without asking again, that a session found at `now` with this deadline is live. A deadline
 * comes nearer only by the closing of a chat, and leaves the session its whole lifetime from then on.
 */
export function leaseUntil({ expiresAt, ttlMs }: { readonly expiresAt: number; readonly ttlMs: number }, now: number) {
  return Math.min(expiresAt, now + ttlMs);
}

/** A chat's place in the order of creation: as a text that sorts like it. */
export function placeOf(createdAt: number, chatId: string): string {
  return `${String(createdAt).padStart(TIME_DIGITS, '0')}:${chatId}`;
}

/** The cursor after a place. */
export function cursorOf(place: string): ChatCursor {
  return { createdAt: Number(place.slice(0, TIME_DIGITS)), chatId: chatIdOf(place) };
}

/** The chat at a place. */
export function chatIdOf(place: string): string {
  return place.slice(TIME_DIGITS + 1);
}

/** Where a list begins that follows a cursor, in the words of Redis. */
export function listStart(after: ChatCursor | undefined): string {
  return after === undefined ? '+' : `(${placeOf(after.createdAt, after.chatId)}`;
}
