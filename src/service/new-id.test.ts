import { expect, test } from 'vitest';
import { parseUuid } from '../domain/values.ts';
import { newId } from './new-id.ts';

test('ids are UUIDs, none is given twice, and each is higher than the one before', () => {
  const ids = Array.from({ length: 10_000 }, () => newId());
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(ids.toSorted());
  for (const id of ids) expect(parseUuid(id)).toBe(id);
});
