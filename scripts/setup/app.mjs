import { cpSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './errors.mjs';
import { findPart, makeCacheFolder, providePart, spaceError, writeRecord } from './parts.mjs';
import { nativePath, root } from './paths.mjs';
import { lastLines, runProgram } from './process.mjs';
import { provideTensorflow, tensorflowRecord, wantedTensorflow } from './tensorflow-part.mjs';

/** Addons that lie in the packed app, one for each build of TensorFlow. */
const shipped = join(root, '..', 'native');

/**
 * What the packaged app runs on its own Node at its first start, and `granary setup`: finds TensorFlow's library in the user's cache or
 * fetches it (not with `--offline`), puts the addon that ships with the app beside it, and trains a tiny step. Nothing is written into the
 * app's own folder, which may be read-only. Lines on stdout are for the user. How it ended is sent to a parent that listens, else it is the
 * last line, as JSON: {"addon": path, "record": path} or {"error": {code, message, fix}}.
 */
async function setUpApp() {
  makeCacheFolder();
  const wanted = wantedTensorflow();
  if (process.argv.includes('--offline') && findPart(wanted.part) === undefined)
    throw new SetupError('NATIVE_MISSING', `There is no ${wanted.part} in the cache.`, 'Run set-up.');
  const tensorflow = await provideTensorflow(wanted);
  const name = shippedAddon(basename(tensorflow));
  const folder =
    findPart(name) ??
    (await providePart(name, 10_000_000, async (made) => {
      cpSync(join(shipped, name, 'tfjs_binding.node'), join(made, 'tfjs_binding.node'));
      return { compiler: 'shipped with the app' };
    }));
  const addon = join(folder, 'tfjs_binding.node');
  await tryOut(addon);
  const record = join(nativePath(), 'app-setup.json');
  writeRecord(
    record,
    JSON.stringify({ tensorflow: tensorflowRecord(wanted.pin, tensorflow), electron: null, addon }, null, 2),
  );
  return { addon, record };
}

/** Name of the addon that was packed for a build of TensorFlow. */
function shippedAddon(tensorflowPart) {
  const name = readdirSync(shipped).find((one) => one.endsWith(`-${tensorflowPart}`));
  if (name !== undefined) return name;
  throw new SetupError(
    'PLATFORM_UNSUPPORTED',
    `This app was packed without an addon for ${tensorflowPart}.`,
    'Set GRANARY_TENSORFLOW=cpu to train on the processor, or use a checkout of Granary.',
  );
}

/** Trains a tiny step once for each addon and Node. */
async function tryOut(addon) {
  const stamp = join(nativePath(), 'app-verified.json');
  const wanted = JSON.stringify({ addon, node: process.versions.node });
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Checking it: training a tiny network');
  const script = join(dirname(fileURLToPath(import.meta.url)), 'tiny-step.mjs');
  const run = await runProgram(process.execPath, [script], {
    env: { ...process.env, GRANARY_ADDON: addon, TF_CPP_MIN_LOG_LEVEL: '2' },
    timeoutMs: 180_000,
  });
  if (run.code !== 0)
    throw new SetupError(
      'NATIVE_BROKEN',
      `TensorFlow was set up, but a tiny training step failed (exit ${run.code}): ${lastLines(run.output, 6)}`,
      `Delete ${nativePath()} and try again.`,
    );
  writeRecord(stamp, wanted);
}

/** A failure in the words of set-up: one that nobody foresaw, too, such as a file that may not be written. */
function asSetupError(error) {
  if (error instanceof SetupError) return error;
  const told = `Set-up failed: ${error?.message ?? error}.`;
  return spaceError(error, 0) ?? new SetupError('NATIVE_BROKEN', told, 'Try again, or report it.');
}

function end(ending) {
  if (process.send === undefined) console.log(JSON.stringify(ending));
  else process.send(ending);
}

setUpApp().then(end, (error) => {
  const { code, message, fix } = asSetupError(error);
  process.exitCode = 1;
  end({ error: { code, message, fix } });
});
