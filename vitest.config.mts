import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/unit/**/*.test.ts', 'tests/regression/**/*.test.ts'],
    globalSetup: ['tests/unit/own-folders.ts'],
    // TensorFlow is one native library a process: a process for each test file, and two at a time on a small machine.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    // TensorFlow tells of the processor's instructions at each start.
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
  },
});
