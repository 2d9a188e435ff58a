import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addonPartName, provideAddon } from './addon-part.mjs';
import { SetupError } from './errors.mjs';
import { findPart, makeCacheFolder, providePart } from './parts.mjs';
import { nativePath, root } from './paths.mjs';
import { lastLines, runProgram } from './process.mjs';
import { provideTensorflow, wantedTensorflow } from './tensorflow-part.mjs';

/**
 * What the packaged app runs on its own Node at its first start: finds TensorFlow's library in the user's cache or fetches it,
 * puts the addon that ships with the app beside it, and trains a tiny step. Nothing is written into the app's own folder, which
 * may be read-only. Lines on stdout are for the user; the last one is JSON: {"addon": path} or {"error": {code, message, fix}}.
 */
async function setUpApp() {
  makeCacheFolder();
  const tensorflow = await provideTensorflow(wantedTensorflow());
  const name = addonPartName(tensorflow);
  // The addon was compiled for the processor's build of TensorFlow; another one (CUDA) is compiled here.
  const shipped = join(root, '..', 'native', name);
  const folder =
    findPart(name) ??
    (existsSync(shipped)
      ? await providePart(name, 10_000_000, async (made) => {
          cpSync(join(shipped, 'tfjs_binding.node'), join(made, 'tfjs_binding.node'));
          return { compiler: 'shipped with the app' };
        })
      : await provideAddon(tensorflow));
  const addon = join(folder, 'tfjs_binding.node');
  await tryOut(addon);
  return addon;
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
  (addon) => console.log(JSON.stringify({ addon })),
  (error) => {
    const { code = 'INTERNAL', message, fix } = error;
    console.log(JSON.stringify({ error: { code, message, ...(fix === undefined ? {} : { fix }) } }));
    process.exitCode = 1;
  },
);
