/** What is wrong with the packages that this one depends on, by its own description and the lock file alone. */

/** What is looked at of package.json. */
export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  /** Which packages may run a script when they are installed. */
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

/** What is looked at of package-lock.json. */
export interface LockFile {
  /** By their folder; that of this package itself is empty. */
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
}

/** Licences that go with that of this package, without more to do than to name them. */
const ALLOWED_LICENSES = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', '0BSD']);
/** Needed to build only, and yet part of what is built. */
const SHIPPED = new Set(['swagger-ui-dist']);
/** Two versions of one of these would not know each other's objects, or be patched in one place and not in the other. */
const ONE_VERSION = [
  '@bufbuild/protobuf',
  '@grpc/grpc-js',
  '@redis/client',
  'ajv',
  'fastify',
  'pg',
  'pino',
  'protobufjs',
];
const EXACT = /^(?:npm:(?:@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/;

/** A sentence for each problem. */
export function dependencyProblems(manifest: Manifest, lock: LockFile): readonly string[] {
  const packages = Object.entries(lock.packages)
    .filter(([folder]) => folder !== '')
    .map(([folder, locked]) => Object.assign({ name: nameOf(folder) }, locked));
  const production = packages.filter(
    ({ name, dev, devOptional }) => SHIPPED.has(name) || (dev !== true && devOptional !== true),
  );
  const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  const undecided = packages.filter((one) => one.hasInstallScript === true && !(one.name in manifest.allowScripts));
  return [
    ...loose
      .filter(([, version]) => !EXACT.test(version))
      .map(
        ([name, version]) => `${name} is asked for as ${version}: only an exact version is installed the same again`,
      ),
    ...production
      .filter(({ license }) => !isAllowed(license))
      .map(({ name, license }) => `${name} has the licence ${license}, which is not among those allowed`),
    ...undecided.map(
      ({ name }) => `${name} wants to run a script when installed: allowScripts must say whether it may`,
    ),
    ...packages
      .filter(({ integrity, inBundle }) => integrity === undefined && inBundle !== true)
      .map(({ name }) => `${name} has no checksum in the lock file`),
    ...ONE_VERSION.flatMap((name) => {
      const versions = new Set(production.filter((one) => one.name === name).map(({ version }) => version));
      return versions.size > 1 ? [`${name} is there in ${[...versions].join(' and ')}: it must be one version`] : [];
    }),
  ];
}

function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** All of what is joined by AND, one of what is joined by OR. What mixes them is looked at by a person. */
function isAllowed(license = ''): boolean {
  const words = license.replace(/^\((.*)\)$/, '$1');
  if (/[()]/.test(words) || (words.includes(' AND ') && words.includes(' OR '))) return false;
  return words.includes(' OR ')
    ? words.split(' OR ').some((name) => ALLOWED_LICENSES.has(name))
    : words.split(' AND ').every((name) => ALLOWED_LICENSES.has(name));
}
