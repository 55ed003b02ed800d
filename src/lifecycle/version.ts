/** Which version of Veche this is, and which of Node.js it is made for. */

import { readFileSync } from 'node:fs';

/** What package.json says. */
interface PackageJson {
  readonly version: string;
  readonly engines: { readonly node: string };
}

/** The version of Veche. */
export function readVersion(): string {
  return readPackageJson().version;
}

/** The versions of Node.js that are supported: ">=22.23.2". */
export function readSupportedNode(): string {
  return readPackageJson().engines.node;
}

/** Whether a version of Node.js, such as "22.9.0", is among those supported. */
export function isSupportedNode(version: string, supported: string): boolean {
  return version.localeCompare(supported.replace('>=', ''), 'en', { numeric: true }) >= 0;
}

function readPackageJson(): PackageJson {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as PackageJson;
}
