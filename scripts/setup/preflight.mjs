import { findElectron } from '../electron.mjs';
import { addonPartName, findCompiler } from './addon-part.mjs';
import { canInstall, installPackages, onPath } from './debian.mjs';
import { findPart } from './parts.mjs';
import { hasPip } from './python.mjs';
import { electronPackages } from './system-packages.mjs';

/**
 * Sees to all Debian packages at once, before anything is fetched, so that nobody is sent to the package manager twice:
 * installs what is missing where it may (root), else throws with the one command that installs everything. On other systems
 * it does nothing, and each step says for itself what it lacks.
 * @param {string} tensorflowPart name of the TensorFlow part that is wanted
 * @param {import('./index.mjs').Needs} needs
 */
export async function preflight(tensorflowPart, { app, display }) {
  if (!onPath('apt-get')) return;
  const electron = app === 'none' ? undefined : findElectron();
  const fetches = findPart(tensorflowPart) === undefined || (app !== 'none' && electron === undefined);
  const compiler = findPart(addonPartName(tensorflowPart)) === undefined && findCompiler() === undefined;
  // The command line works without Electron: its libraries hold nobody up who did not ask for the app.
  const libraries = app === 'required' || (app === 'wanted' && canInstall());
  await installPackages(
    [
      ...(fetches && !(await hasPip()) ? ['python3', 'python3-pip'] : []),
      ...(compiler ? ['g++'] : []),
      ...(libraries ? await electronPackages(electron) : []),
      ...(display && !onPath('Xvfb') ? ['xvfb'] : []),
    ],
    compiler ? 'NO_COMPILER' : 'NATIVE_MISSING',
  );
}
