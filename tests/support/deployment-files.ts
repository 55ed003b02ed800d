/** What the image, docker-compose.yml and the Kubernetes manifests say, as their tests look at it. */

import { readFileSync } from 'node:fs';
import { DockerfileParser, type Instruction, type JSONInstruction } from 'dockerfile-ast';
import { resolveSettings, WrongSettings } from '../../src/config/resolve-settings.ts';
import { SETTING_RULES } from '../../src/config/setting-rules.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { toConfig, type Config } from '../../src/config/config.ts';

const ROOT = new URL('../../', import.meta.url);

/** A file of the project. @param path from its root. */
export function readProjectFile(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

const DOCKERFILE = DockerfileParser.parse(readProjectFile('Dockerfile'));

/** Every instruction with this keyword, in the order of the Dockerfile. */
export function instructions(keyword: string): readonly Instruction[] {
  return DOCKERFILE.getInstructions().filter((instruction) => instruction.getKeyword() === keyword);
}

/** The command of the last instruction with this keyword, if it is run without a shell. */
export function execForm(keyword: string): readonly string[] | undefined {
  const instruction = instructions(keyword).at(-1) as JSONInstruction | undefined;
  if (instruction?.getOpeningBracket() == null) return undefined;
  return instruction.getJSONStrings().map((argument) => argument.getJSONValue());
}

/** User and group of process 1, as the Dockerfile says. */
export function imageUser(): string {
  return instructions('USER').at(-1)?.getArgumentsContent() ?? 'root';
}

/** The variables that the image brings. */
export function imageVariables(): Readonly<Record<string, string>> {
  const variables = DOCKERFILE.getENVs().flatMap((env) => env.getProperties());
  return Object.fromEntries(variables.map((variable) => [variable.getName(), variable.getValue() ?? '']));
}

/** What a server in a container goes by. @param env beside what the image brings. @throws if a setting is wrong. */
export function configInContainer(env: Readonly<Record<string, string>> = {}): Config {
  const sources = {
    flags: { values: new Map(), problems: [] },
    env: { ...imageVariables(), ...env },
    readFile: () => '',
  };
  const settings = resolveSettings(SETTINGS, sources, SETTING_RULES);
  if (settings instanceof WrongSettings) throw new Error(settings.problems.join('\n'));
  return toConfig(settings.values);
}

/** How long a server may take to stop, from the signal on. */
export function stopMs({ drainDelayMs, shutdownGraceMs }: Config): number {
  return drainDelayMs + shutdownGraceMs;
}
