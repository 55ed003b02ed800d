import { describe, expect, test } from 'vitest';
import { toContractName, toWireName, toWireWords } from './field-names.ts';

describe('the name of a field', () => {
  test.each([
    ['pageSize', 'page_size'],
    ['clientMessageId', 'client_message_id'],
    ['text', 'text'],
  ])('%s is %s in the contract of both', (wire, contract) => {
    expect(toContractName(wire)).toBe(contract);
    expect(toWireName(contract)).toBe(wire);
  });

  test.each(['page_size', 'Text', '__proto__', 'a_B', '_A', 'Last-Event-ID', '', 'имя_Я', '_1'])(
    'comes back as it was sent, though nobody knows it: "%s"',
    (name) => {
      expect(toWireName(toContractName(name))).toBe(name);
    },
  );

  test('reads in a sentence as on the wire', () => {
    expect(toWireWords("(the server's max_chat_ttl), not MESSAGE_ID")).toBe(
      "(the server's maxChatTtl), not MESSAGE_ID",
    );
  });
});
