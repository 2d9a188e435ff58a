import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError, reportFailure } from './setup/errors.mjs';
import { root } from './setup/paths.mjs';

/**
 * Everything that `npm ci` does not do: native parts, then the build (setup/index.mjs says which). The other scripts call it
 * first. It is imported late, so that a checkout without its packages gets a sentence, not an import error.
 * @param {import('./setup/index.mjs').Needs} [needs]
 */
export async function setUp(needs) {
  if (!existsSync(join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu'))) {
    throw new SetupError(
      'NATIVE_MISSING',
      "The project's packages are not installed.",
      'Run `npm ci` in this folder.',
    );
  }
  await (await import('./setup/index.mjs')).setUp(needs);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setUp().then(
    () => console.log('Granary is set up. Next: npm run demo, npm start, or npx granary --help'),
    reportFailure,
  );
}
