import { expect, test } from 'vitest';
import { ERROR_CODES, Refusal } from './errors.ts';
import { acceptFields } from './fields.ts';
import { Problem } from './problem.ts';

test('accepted fields come back as they are', () => {
  expect(acceptFields({ chatId: 'x', limit: undefined })).toEqual({ chatId: 'x', limit: undefined });
});

test('a refusal names every bad field as in the contract, and says what is wrong', () => {
  const refusal = acceptFields({
    chatId: new Problem('is bad'),
    text: 'fine',
    clientMessageId: new Problem('is long'),
  });
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: 'chat_id: is bad; client_message_id: is long',
    violations: [
      { field: 'chat_id', description: 'is bad' },
      { field: 'client_message_id', description: 'is long' },
    ],
  });
});

test('a refusal without fields says what its name means', () => {
  for (const code of ERROR_CODES) expect(new Refusal(code).message).not.toBe('');
  expect(new Refusal('CHAT_NOT_FOUND').message).toBe('There is no open chat with this id.');
});
