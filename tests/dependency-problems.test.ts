import { describe, expect, test } from 'vitest';
import { dependencyProblems, type LockFile, type Manifest } from '../tools/dependency-problems.ts';

const MANIFEST: Manifest = { dependencies: { a: '1.2.3' }, devDependencies: {}, allowScripts: {} };
const A = { version: '1.2.3', license: 'MIT', integrity: 'sha512-a' } as const;

function problems(packages: LockFile['packages'], manifest: Partial<Manifest> = {}): readonly string[] {
  return dependencyProblems({ ...MANIFEST, ...manifest }, { packages: { '': {}, 'node_modules/a': A, ...packages } });
}

test('packages with exact versions, checksums and allowed licences are fine', () => {
  expect(problems({ 'node_modules/@b/c': A })).toEqual([]);
});

describe('a version', () => {
  test.each(['1.2.3', '18.4.0-beta.17', 'npm:typescript@7.0.2', 'npm:@typescript/typescript6@6.0.2'])(
    '%s is exact',
    (version) => {
      expect(problems({}, { devDependencies: { b: version } })).toEqual([]);
    },
  );

  test.each(['^1.2.3', '~1.2.3', '1.2', '*', 'latest', '>=1.0.0', '1.2.3 || 2.0.0', 'npm:b@^1.0.0', 'github:b/c'])(
    '%s is not, wherever it is asked for',
    (version) => {
      for (const kind of ['dependencies', 'devDependencies']) {
        expect(problems({}, { [kind]: { b: version } })).toEqual([expect.stringMatching(/^b is asked for as /)]);
      }
    },
  );
});

describe('a licence', () => {
  test.each(['ISC', '(Apache-2.0 AND BSD-3-Clause)', '(MIT OR GPL-3.0)'])('%s is allowed', (license) => {
    expect(problems({ 'node_modules/b': { ...A, license } })).toEqual([]);
  });

  test.each(['GPL-3.0', 'UNLICENSED', 'SEE LICENSE IN x', '(MIT AND GPL-3.0)', '(MIT OR (ISC AND GPL-3.0))', ''])(
    '%j is not',
    (license) => {
      const words = `b has the licence ${license}, which is not among those allowed`;
      expect(problems({ 'node_modules/a/node_modules/b': { ...A, license } })).toEqual([words]);
    },
  );

  test('must be there', () => {
    const { license: _license, ...without } = A;
    expect(problems({ 'node_modules/b': without })).toHaveLength(1);
  });

  test('does not matter where the package is not part of what runs', () => {
    expect(problems({ 'node_modules/b': { ...A, license: 'GPL-3.0', dev: true } })).toEqual([]);
    const shipped = { 'node_modules/swagger-ui-dist': { ...A, license: 'GPL-3.0', dev: true } };
    expect(problems(shipped)).toHaveLength(1);
  });
});

test('a script at the installation needs a decision', () => {
  const packages = { 'node_modules/b': { ...A, dev: true, hasInstallScript: true } };
  expect(problems(packages)).toEqual([expect.stringMatching(/^b wants to run a script/)]);
  for (const may of [true, false]) expect(problems(packages, { allowScripts: { b: may } })).toEqual([]);
});

test('a package needs a checksum, unless it comes inside another', () => {
  const { integrity: _integrity, ...without } = A;
  expect(problems({ 'node_modules/b': without })).toEqual([expect.stringMatching(/^b has no checksum/)]);
  expect(problems({ 'node_modules/b': { ...without, inBundle: true } })).toEqual([]);
});

test('of what must be one there are not two versions in what runs', () => {
  const second = { ...A, version: '2.0.0' };
  expect(problems({ 'node_modules/pg': A, 'node_modules/a/node_modules/pg': second })).toEqual([
    'pg is there in 1.2.3 and 2.0.0: it must be one version',
  ]);
  expect(problems({ 'node_modules/pg': A, 'node_modules/a/node_modules/pg': A })).toEqual([]);
  expect(problems({ 'node_modules/pg': A, 'node_modules/a/node_modules/pg': { ...second, dev: true } })).toEqual([]);
});
