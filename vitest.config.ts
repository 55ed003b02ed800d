import { defineConfig } from 'vitest/config';

/** What all tests have in common, those of failures too. */
export const common = {
  // CommonJS is imported as Node itself does it.
  deps: { interopDefault: false },
  // A test that hangs fails; none waits for a clock, so none needs long.
  testTimeout: 20_000,
};

export default defineConfig({
  test: {
    projects: [
      // Those that need nothing but Node. They leave nothing behind, so that files can share a process: a third of the time.
      { test: { ...common, name: 'src', include: ['src/**/*.test.ts'], isolate: false } },
      // Those of the whole system, on real storages.
      {
        test: {
          ...common,
          name: 'tests',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/faults/**'],
          // Starting a server takes longer than any answer.
          hookTimeout: 120_000,
          globalSetup: 'tests/support/servers/install-servers.ts',
        },
      },
    ],
  },
});
