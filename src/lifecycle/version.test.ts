import { describe, expect, test } from 'vitest';
import { isSupportedNode, readSupportedNode } from './version.ts';

describe('a version of Node.js', () => {
  test.each(['22.23.2', '22.23.10', '22.100.0', '24.0.0', '100.0.0'])('%s is supported from 22.23.2 on', (version) => {
    expect(isSupportedNode(version, '>=22.23.2')).toBe(true);
  });

  test.each(['22.23.1', '22.9.9', '20.20.2', '9.0.0'])('%s is not', (version) => {
    expect(isSupportedNode(version, '>=22.23.2')).toBe(false);
  });

  test('is asked for by package.json in the form that is read', () => {
    expect(readSupportedNode()).toMatch(/^>=\d+\.\d+\.\d+$/);
  });
});
