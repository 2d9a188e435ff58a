import { spawn, spawnSync } from 'node:child_process';
import { existsSync, lstatSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from './setup/paths.mjs';
import { withDisplay } from './xvfb.mjs';

/**
 * Runs tests/e2e/packaged.spec.ts against a packed app:
 *   node scripts/test-packaged.mjs [FOLDER]     release/linux-unpacked by default, which `npm run build:dir` makes
 *   node scripts/test-packaged.mjs FILE.deb     as root: installed, tested in /opt/Granary with `granary` on the PATH, and removed
 */
const given = resolve(process.argv[2] ?? join(root, 'release', 'linux-unpacked'));
/** What of an installed deb has to be there, and gone once it is removed. */
const traces = ['/opt/Granary', '/usr/bin/granary', '/usr/share/applications/granary.desktop'];

process.exitCode = given.endsWith('.deb') ? await testDeb(given) : await testFolder(given);

async function testDeb(file) {
  run('dpkg', ['--install', file]);
  const missing = traces.filter((path) => !isThere(path));
  if (missing.length > 0) console.error(`The deb did not install ${missing.join(', ')}.`);
  let code;
  try {
    code = await testFolder('/opt/Granary');
  } finally {
    run('dpkg', ['--remove', 'granary']);
  }
  const left = traces.filter(isThere);
  console.log(left.length > 0 ? `Left by the removed deb: ${left.join(', ')}.` : 'Removed: nothing is left.');
  return missing.length + left.length > 0 ? 1 : code;
}

function testFolder(folder) {
  if (!existsSync(join(folder, 'granary'))) {
    console.error(`There is no packed app in ${folder}: run \`npm run build:dir\` first.`);
    return 1;
  }
  return withDisplay(
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
}

function run(command, words) {
  const { error, status } = spawnSync(command, words, { stdio: 'inherit' });
  if (error !== undefined || status !== 0) throw new Error(`${command} ${words.join(' ')} failed.`);
}

/** A link to nothing counts, too. */
function isThere(path) {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
