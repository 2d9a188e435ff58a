import { defineConfig } from '@playwright/test';

/**
 * The real app, driven through its window. One at a time: a run trains on all cores. A display is needed (scripts/xvfb.mjs
 * starts one for `npm test`; by hand: `xvfb-run -a npm run test:e2e`).
 */
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  globalSetup: './support/own-folders.ts',
  outputDir: '../../test-results/e2e',
  workers: 1,
  fullyParallel: false,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
});
