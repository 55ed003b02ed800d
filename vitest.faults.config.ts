import { defineConfig } from 'vitest/config';
import { common } from './vitest.config.ts';

/** Failures of real servers under load: each test has the machine to itself, and takes its time. */
export default defineConfig({
  test: {
    ...common,
    include: ['tests/faults/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    globalSetup: 'tests/support/servers/install-servers.ts',
  },
});
