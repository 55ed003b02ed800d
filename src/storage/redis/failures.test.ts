import { ErrorReply } from 'redis';
import { expect, test } from 'vitest';

import { failureOf } from './failures.ts';

test('of a command that Redis does not know, nothing of its arguments is told', () => {
  const reply = new ErrorReply("ERR unknown command 'EVALSHA', with args beginning with: 'abc' '2' 'a secret text' ");
  const failure = failureOf(reply, 'post-message');
  expect(failure.message).toContain("unknown command 'EVALSHA'");
  expect(`${failure.stack} ${reply.message} ${reply.stack}`).not.toContain('secret');
});
