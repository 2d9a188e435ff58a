import { execFileSync } from 'node:child_process';
import { canInstall, installPackages, onPath } from './debian.mjs';
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

/** Makes sure that the libraries of the Electron at `executable` are installed. */
export async function provideElectronLibraries(executable) {
  const missing = missingLibraries(executable);
  if (missing.length === 0) return;
  console.log(`Electron lacks ${missing.join(', ')}.`);
  await installPackages(await knownNames(ELECTRON_LIBRARIES));
  const still = missingLibraries(executable);
  if (still.length === 0) return;
  throw new SetupError(
    'NATIVE_MISSING',
    `Electron still lacks these libraries: ${still.join(', ')}.`,
    "Find their packages with `apt-file search NAME` (or this system's equivalent), install them, and run set-up again.",
  );
}

/** Makes sure that there is an X server without a screen, which the tests of the app draw on. */
export async function provideXvfb() {
  if (process.platform === 'linux' && !onPath('Xvfb')) await installPackages(['xvfb']);
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
