/** The image, as far as it can be known without building it; deploy/smoke.sh runs it. */

import { existsSync } from 'node:fs';
import type { Copy, From } from 'dockerfile-ast';
import { describe, expect, test } from 'vitest';
import {
  configInContainer,
  execForm,
  imageUser,
  imageVariables,
  instructions,
  readProjectFile,
} from './support/deployment-files.ts';

describe('the image', () => {
  test('runs as a user that is a number and not root', () => {
    expect(imageUser()).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  test('runs the server as process 1, without a shell between', () => {
    expect(execForm('ENTRYPOINT')).toStrictEqual(['node', '/app/dist/main.js']);
    expect(execForm('CMD')).toStrictEqual(['serve']);
    expect(instructions('STOPSIGNAL').at(-1)?.getArgumentsContent()).toBe('SIGTERM');
  });

  test('is asked without a shell whether it lives', () => {
    const [check] = instructions('HEALTHCHECK');
    expect(check?.getArgumentsContent()).toMatch(/^CMD \["node", "\/app\/dist\/main\.js", "health", "live"\]$/);
  });

  test('has the Node that the project runs on, in every stage', () => {
    const { devDependencies } = JSON.parse(readProjectFile('package.json')) as {
      readonly devDependencies: { readonly node: string };
    };
    const [major] = devDependencies.node.split('.');
    const stages = instructions('FROM') as From[];
    const names = new Set(stages.map((stage) => stage.getBuildStage()));
    const images = stages.map((stage) => stage.getImage()).filter((image) => !names.has(image));
    expect(new Set(images)).toStrictEqual(new Set([`node:${major}-bookworm-slim`]));
  });

  test('listens everywhere, drains before it stops and keeps its contract to itself', () => {
    expect(configInContainer()).toMatchObject({ host: '0.0.0.0', drainDelayMs: 5_000, reflection: false });
    expect(imageVariables()).toHaveProperty('NODE_ENV', 'production');
  });

  test('is built from files that are there, and are all that the builder is sent', () => {
    const copied = (instructions('COPY') as Copy[])
      .filter((copy) => copy.getFromFlag() === null)
      .map((copy) => copy.getArguments().map((argument) => argument.getValue()))
      .flatMap((paths) => paths.slice(0, -1));
    for (const path of copied) expect(existsSync(new URL(`../${path}`, import.meta.url)), path).toBe(true);
    const lines = readProjectFile('.dockerignore').split('\n');
    expect(lines).toContain('*');
    const sent = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(new Set(sent)).toStrictEqual(new Set(copied));
  });
});
