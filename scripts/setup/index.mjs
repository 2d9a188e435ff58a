import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfStale } from '../build.mjs';
import { electronVersion, findElectron, provideElectron } from '../electron.mjs';
import { provideAddon } from './addon-part.mjs';
import { SetupError } from './errors.mjs';
import { linkParts } from './links.mjs';
import { makeCacheFolder } from './parts.mjs';
import { root } from './paths.mjs';
import { preflight } from './preflight.mjs';
import { checkElectronLibraries, checkXvfb } from './system-packages.mjs';
import { provideTensorflow, tensorflowRecord, wantedTensorflow } from './tensorflow-part.mjs';
import { verifyNative } from './verify.mjs';

/**
 * Sets up what this checkout lacks and builds it when its sources are newer. When nothing is lacking it only looks, without
 * the network, in well under two seconds.
 * @typedef {{app?: 'none'|'wanted'|'required', display?: boolean}} Needs app: whether Electron is needed, or is only good to
 *   have (the command line works without it); display: an X server for tests
 * @param {Needs} [needs]
 */
export async function setUp({ app = 'wanted', display = false } = {}) {
  makeCacheFolder();
  const wanted = wantedTensorflow();
  await preflight(wanted.part, { app, display });
  const tensorflow = await setUpTensorflow(wanted);
  if (app !== 'none') await setUpElectron(app === 'required');
  if (display) checkXvfb();
  noteSetUp(tensorflow);
  await buildIfStale();
}

async function setUpTensorflow(wanted) {
  const tensorflow = await provideTensorflow(wanted);
  const addon = await provideAddon(tensorflow);
  const changed = linkParts(tensorflow, addon);
  await verifyNative([tensorflow, addon], changed);
  return tensorflowRecord(wanted.pin, tensorflow);
}

/** Writes down what this checkout was linked to: `granary doctor` reads it (src-main/files/set-up-record.ts). */
function noteSetUp(tensorflow) {
  const path = findElectron();
  const electron = path === undefined ? null : { version: electronVersion(path), path };
  writeFileSync(
    join(root, '.native', 'setup.json'),
    `${JSON.stringify({ tensorflow, electron }, null, 2)}\n`,
  );
}

async function setUpElectron(required) {
  try {
    const executable = await provideElectron();
    await checkElectronLibraries(executable);
  } catch (error) {
    if (required || !(error instanceof SetupError)) throw error;
    console.warn(
      `The desktop app is not set up (the command line is). ${error.code}: ${error.message}\n${error.fix}`,
    );
  }
}
