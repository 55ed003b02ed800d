import fc from 'fast-check';
import { expect, test } from 'vitest';
import { messageSizeBound } from './encoded-size.ts';
import { MAX_SEQ } from './limits.ts';

test('the size bound of a message is never below its encoded size', () => {
  const id = '0198c0de-7e11-7a5c-8b3d-2f6a1c9e4d70';
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary', maxLength: 64 }), (text, displayName) => {
      const message = { id, chatId: id, seq: MAX_SEQ, author: { userId: id, displayName }, text };
      const encoded = JSON.stringify({ ...message, sentAt: '2026-11-23T12:00:00.000Z' });
      expect(messageSizeBound(message)).toBeGreaterThanOrEqual(Buffer.byteLength(encoded));
    }),
  );
});
