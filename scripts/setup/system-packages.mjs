import { execFileSync } from 'node:child_process';
import { canInstall, installCommand, missingPackages, onPath } from './debian.mjs';
import { SetupError } from './errors.mjs';
import { lastLines, runProgram } from './process.mjs';

/** What Electron links against, by Debian's names; newer releases renamed some for 64-bit time. */
const ELECTRON_LIBRARIES = [
  ['libgtk-3-0t64', 'libgtk-3-0'],
  ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0'],
  ['libasound2t64', 'libasound2'],
  ['libnss3'],
  ['libgbm1'],
  ['libxss1'],
  ['libdrm2'],
  ['libxkbcommon0'],
  ['libxdamage1'],
  ['libxtst6'],
];

/** Shared libraries that a program asks for and the system does not have, by ldd's word. */
export function missingLibraries(executable) {
  if (process.platform !== 'linux') return [];
  try {
    const output = execFileSync('ldd', [executable], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return parseLdd(output);
  } catch {
    return []; // No ldd (or not for this program): starting it will tell.
  }
}

/** The names on ldd's "not found" lines. */
export function parseLdd(output) {
  return [...output.matchAll(/^\s*(\S+) => not found$/gm)].map((match) => match[1]);
}

/** Throws when the Electron at `executable` cannot start for want of a library. */
export async function checkElectronLibraries(executable) {
  const missing = missingLibraries(executable);
  if (missing.length === 0) return;
  throw new SetupError(
    'NATIVE_MISSING',
    `Electron lacks these libraries: ${missing.join(', ')}.`,
    onPath('apt-get')
      ? `Run this, then set-up again: ${installCommand(await knownNames(ELECTRON_LIBRARIES))}`
      : "Install the packages of this system that hold them (GTK 3, NSS, ALSA, GBM and X11's), then run set-up again.",
  );
}

/**
 * The packages that Electron needs and this Debian lacks: by its own libraries when it is here already, else by their names.
 * @param {string | undefined} executable
 */
export async function electronPackages(executable) {
  if (executable !== undefined)
    return missingLibraries(executable).length > 0 ? knownNames(ELECTRON_LIBRARIES) : [];
  const missing = new Set(missingPackages(ELECTRON_LIBRARIES.flat()));
  const unmet = ELECTRON_LIBRARIES.filter((names) => names.every((name) => missing.has(name)));
  return unmet.length > 0 ? knownNames(unmet) : [];
}

/** Throws when there is no X server without a screen, which the tests of the app draw on. */
export function checkXvfb() {
  if (process.platform !== 'linux' || onPath('Xvfb')) return;
  throw new SetupError(
    'NATIVE_MISSING',
    'The tests of the app need Xvfb.',
    'Install it, then run this again.',
  );
}

/** Of each list of alternatives the first name that this system's package lists know. */
async function knownNames(alternatives) {
  if (canInstall()) {
    // The lists of a bare machine are empty: without them no name is known.
    const update = await runProgram('apt-get', ['update']);
    if (update.code !== 0) console.log(`apt-get update failed: ${lastLines(update.output, 2)}`);
  }
  const names = alternatives.flat();
  const policy = onPath('apt-cache') ? await runProgram('apt-cache', ['policy', ...names]) : { output: '' };
  const known = parsePolicy(policy.output);
  return alternatives.map((list) => list.find((name) => known.has(name)) ?? list.at(-1));
}

/** The packages that `apt-cache policy` has a candidate for. */
export function parsePolicy(output) {
  const known = new Set();
  for (const block of output.split(/^(?=\S+:$)/m)) {
    const name = /^(\S+):$/m.exec(block)?.[1];
    const candidate = /^\s+Candidate: (.+)$/m.exec(block)?.[1];
    if (name !== undefined && candidate !== undefined && candidate !== '(none)') known.add(name);
  }
  return known;
}
