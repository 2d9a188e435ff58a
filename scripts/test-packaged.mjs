import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from './setup/paths.mjs';
import { withDisplay } from './xvfb.mjs';

/**
 * Runs tests/e2e/packaged.spec.ts against the app in a folder, such as a deb's /opt/Granary:
 *   node scripts/test-packaged.mjs [FOLDER]     release/linux-unpacked by default, which `npm run build:dir` makes
 */
const folder = resolve(process.argv[2] ?? join(root, 'release', 'linux-unpacked'));
if (!existsSync(join(folder, 'granary'))) {
  console.error(`There is no packed app in ${folder}: run \`npm run build:dir\` first.`);
  process.exit(1);
}
process.exitCode = await withDisplay(
  (environment) =>
    new Promise((resolve) => {
      const playwright = join(root, 'node_modules', '.bin', 'playwright');
      const child = spawn(playwright, ['test', '-c', 'tests/e2e/playwright.config.ts', 'packaged'], {
        cwd: root,
        stdio: 'inherit',
        env: { ...environment, GRANARY_E2E_PACKAGED: '1', GRANARY_E2E_FOLDER: folder },
      });
      child.on('close', (code) => resolve(code ?? 1));
    }),
);
