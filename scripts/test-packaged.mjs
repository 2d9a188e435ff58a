import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup/paths.mjs';
import { withDisplay } from './xvfb.mjs';

/** Runs tests/e2e/packaged.spec.ts against release/linux-unpacked (`npm run build:dir` makes it). */
if (!existsSync(join(root, 'release', 'linux-unpacked'))) {
  console.error('There is no packed app: run `npm run build:dir` first.');
  process.exit(1);
}
process.exitCode = await withDisplay(
  (environment) =>
    new Promise((resolve) => {
      const playwright = join(root, 'node_modules', '.bin', 'playwright');
      const child = spawn(playwright, ['test', '-c', 'tests/e2e/playwright.config.ts', 'packaged'], {
        cwd: root,
        stdio: 'inherit',
        env: { ...environment, GRANARY_E2E_PACKAGED: '1' },
      });
      child.on('close', (code) => resolve(code ?? 1));
    }),
);
