import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/unit/**/*.test.ts', 'tests/regression/**/*.test.ts'],
    // TensorFlow is one native library a process: a process for each test file, and two at a time on a small machine.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
  },
});
