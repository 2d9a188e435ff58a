import { defineConfig } from 'vitest/config';

// `npm run test:gpu`, on a machine with an NVIDIA card and the CUDA build of TensorFlow: that the card is seen, and every
// test of the engine, the models and the training on it. Not part of `npm test`: most machines have no card.
export default defineConfig({
  test: {
    include: [
      'tests/gpu/**/*.test.ts',
      'tests/unit/graph/**/*.test.ts',
      'tests/unit/models/**/*.test.ts',
      'tests/unit/training/**/*.test.ts',
    ],
    pool: 'forks',
    // One process at a time has the card; each takes memory as it needs it, not all at once.
    maxWorkers: 1,
    // Tests compare runs bit by bit, which a card gives only when it is asked to.
    env: { TF_FORCE_GPU_ALLOW_GROWTH: 'true', TF_CPP_MIN_LOG_LEVEL: '2', TF_DETERMINISTIC_OPS: '1' },
    testTimeout: 120_000,
  },
});
