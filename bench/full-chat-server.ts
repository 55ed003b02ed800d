/**
 * Veche with one session and one chat, filled before the port opens, because a million posts through it take minutes.
 * Arguments: the session's token, the chat's id, how many messages it keeps, how many are posted.
 */

import { randomUUID } from 'node:crypto';
import { startApp } from '../src/app.ts';
import { encodedSizeBound } from '../src/domain/encoded-size.ts';
import { DEFAULT_LIMITS } from '../src/domain/limits.ts';
import { systemClock } from '../src/service/clock.ts';
import { readSessionToken } from '../src/service/session-tokens.ts';
import { openMemoryStorage } from '../src/storage/memory/open-memory-storage.ts';
import { testConfig } from '../tests/support/test-config.ts';
import { TEXT } from './load.ts';

const [token = '', chatId = '', kept, posted] = process.argv.slice(2);
const limits = { ...DEFAULT_LIMITS, maxChatSize: Number(kept) };
const clock = systemClock();
const storage = openMemoryStorage();

const credential = readSessionToken(token);
if (credential === undefined) throw new Error('the token is none');
const author = { userId: credential.userId, displayName: 'Speaker 1' };
const settings = { title: '', readOnly: false, unlisted: false, ttlMs: undefined, maxMessages: limits.maxChatSize };
const now = clock.now();
await storage.createSession({ user: author, ...credential, ttlMs: limits.sessionTtlMs, maxUsers: 0, now });
await storage.createChat({
  chat: { id: chatId, creator: author, createdAt: now, ...settings },
  maxChats: 0,
  maxChatsPerUser: 0,
});
const sizeBytes = encodedSizeBound(author.displayName, TEXT);
for (let count = 0; count < Number(posted); count += 1) {
  // A text of its own for each, as if it had come through the port.
  const text = Buffer.from(TEXT).toString();
  const message = { id: randomUUID(), chatId, author, text, sizeBytes, clientMessageId: undefined };
  await storage.postMessage({ ...message, now: clock.now() }, {});
}

await startApp(testConfig({ reflection: false, limits, shutdownGraceMs: 0, logLevel: 'warn' }), { storage, clock });
