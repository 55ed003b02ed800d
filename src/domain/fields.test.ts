import { describe, expect, test } from 'vitest';
import { ERROR_CODES, invalidArgument, Refusal } from './errors.ts';
import { acceptFields } from './fields.ts';
import { MAX_NAMED_VIOLATIONS } from './limits.ts';
import { Problem } from './problem.ts';

test('accepted fields come back as they are', () => {
  expect(acceptFields([], { chatId: 'x', limit: undefined })).toEqual({ chatId: 'x', limit: undefined });
});

test('a refusal names every bad field as in the contract, and says what is wrong', () => {
  const refusal = acceptFields([], {
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

test('a refusal names no more bad fields than an answer should hold, and says how many more there are', () => {
  const many = Array.from({ length: 300_000 }, (_, n) => ({ field: `f${n}`, description: 'is bad' }));
  const most = many.slice(0, MAX_NAMED_VIOLATIONS);
  expect(acceptFields(most, {})).toEqual(invalidArgument(...most));
  const refusal = acceptFields(many, { limit: new Problem('is bad') }) as Refusal;
  expect(refusal.violations).toEqual([...most, { field: '', description: `and ${300_001 - most.length} more` }]);
  expect(refusal.message).toMatch(/; f99: is bad; and 299901 more$/);
});

describe('what of a request could not be read', () => {
  const unreadable = [{ field: 'wait.seconds', description: 'must be a number' }];

  test('is refused together with what was judged', () => {
    const refusal = acceptFields(unreadable, { chatId: new Problem('is bad'), wait: undefined });
    expect(refusal).toEqual(invalidArgument(...unreadable, { field: 'chat_id', description: 'is bad' }));
  });

  test('is refused when nothing else is wrong, or nothing else is there', () => {
    expect(acceptFields(unreadable, { chatId: 'x' })).toEqual(invalidArgument(...unreadable));
    expect(acceptFields(unreadable, {})).toEqual(invalidArgument(...unreadable));
  });

  test('is not judged again for being left out', () => {
    const wait = new Problem('is required');
    const waitMs = new Problem('is another field');
    expect(acceptFields(unreadable, { wait, waitMs })).toEqual(
      invalidArgument(...unreadable, { field: 'wait_ms', description: 'is another field' }),
    );
  });

  test('is all that is said when it is the request as a whole', () => {
    const whole = { field: '', description: 'is no message' };
    expect(acceptFields([...unreadable, whole], { chatId: new Problem('is bad') })).toEqual(invalidArgument(whole));
  });
});

test('a refusal without fields says what its name means', () => {
  for (const code of ERROR_CODES) expect(new Refusal(code).message).not.toBe('');
  expect(new Refusal('CHAT_NOT_FOUND').message).toBe('There is no open chat with this id.');
});
