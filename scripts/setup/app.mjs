import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './errors.mjs';
import { findPart, makeCacheFolder, providePart } from './parts.mjs';
import { nativePath, root } from './paths.mjs';
import { lastLines, runProgram } from './process.mjs';
import { provideTensorflow, tensorflowRecord, wantedTensorflow } from './tensorflow-part.mjs';

/** Addons that lie in the packed app, one for each build of TensorFlow. */
const shipped = join(root, '..', 'native');

/**
 * What the packaged app runs on its own Node at its first start: finds TensorFlow's library in the user's cache or fetches it,
 * puts the addon that ships with the app beside it, and trains a tiny step. Nothing is written into the app's own folder, which
 * may be read-only. Lines on stdout are for the user; the last one is JSON: {"addon": path, "record": path} or {"error": {code, message, fix}}.
 */
async function setUpApp() {
  makeCacheFolder();
  const wanted = wantedTensorflow();
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
  writeFileSync(
    record,
    JSON.stringify({ tensorflow: tensorflowRecord(wanted.pin, tensorflow), electron: null }, null, 2),
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
  writeFileSync(stamp, wanted);
}

setUpApp().then(
  (done) => console.log(JSON.stringify(done)),
  (error) => {
    const { code = 'INTERNAL', message, fix } = error;
    console.log(JSON.stringify({ error: { code, message, ...(fix === undefined ? {} : { fix }) } }));
    process.exitCode = 1;
  },
);
