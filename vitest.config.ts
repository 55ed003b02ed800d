import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    // A test that hangs fails; none waits for a clock, so none needs long.
    testTimeout: 20_000,
    // CommonJS is imported as Node itself does it.
    deps: { interopDefault: false },
  },
});
