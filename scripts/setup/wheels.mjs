import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './errors.mjs';
import { spaceError } from './parts.mjs';
import { lastLines, runProgram } from './process.mjs';
import { showGrowth } from './progress.mjs';
import { findPip, findPython } from './python.mjs';

/** SHA-256 of a file, as hex, read in pieces. */
export async function sha256(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

/** Throws HASH_MISMATCH, and deletes the file, when it is not the one that was pinned. */
export async function checkHash(file, expected) {
  const actual = await sha256(file);
  if (actual === expected) return;
  rmSync(file, { force: true });
  throw new SetupError(
    'HASH_MISMATCH',
    `${file} has the SHA-256 ${actual}, but ${expected} is pinned. It was deleted.`,
    'Run set-up again. If it stays so, the package registry or a proxy between hands out another file: do not use it.',
  );
}

/**
 * Fetches one wheel through pip, so that the user's index, proxy and certificates count, and checks its hash.
 * @param {{package: string, version: string, platform: string, wheel: string, sha256: string, bytes: number}} pin
 * @param {string} folder where to put it
 * @param {string} [python] version that the wheel is tagged for ("3.11"), whichever one runs pip
 * @returns {Promise<string>} the wheel's path; the caller deletes it when it is unpacked
 */
export async function fetchWheel(pin, folder, python) {
  const file = join(folder, pin.wheel);
  if (existsSync(file)) {
    // Left by a set-up that was stopped while it unpacked: as good as fetched, if it is whole.
    if ((await sha256(file)) === pin.sha256) return file;
    rmSync(file);
  }
  // pip writes to its temporary folder first: on the cache's own disk, where space was checked and growth can be seen.
  const temporary = join(folder, `pip-${pin.package}`);
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  const { command, env } = await findPip();
  const args = ['-m', 'pip', 'download', '--no-deps', '--no-cache-dir', '--only-binary=:all:'];
  args.push('--disable-pip-version-check', '--progress-bar=off', '--platform', pin.platform, '-d', folder);
  if (python !== undefined) args.push('--python-version', python, '--implementation', 'cp');
  args.push(`${pin.package}==${pin.version}`);
  try {
    const run = await showGrowth(`Fetching ${pin.package} ${pin.version}`, temporary, pin.bytes, () =>
      runProgram(command, args, { env: { ...env, TMPDIR: temporary } }),
    );
    if (run.code !== 0) throw pipError(run.output, pin);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  if (!existsSync(file)) {
    throw new SetupError(
      'PLATFORM_UNSUPPORTED',
      `pip fetched ${pin.package} ${pin.version}, but not as ${pin.wheel}.`,
      'Report this with the output of `granary doctor --json`.',
    );
  }
  await checkHash(file, pin.sha256);
  return file;
}

/** What pip's words mean: which of our codes, and the fix. */
export function pipError(output, pin) {
  const what = `${pin.package} ${pin.version}`;
  const full = spaceError({ message: output }, pin.bytes);
  if (full !== undefined) return full;
  if (
    /NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|Max retries exceeded|ProxyError|SSLError|CERTIFICATE_VERIFY_FAILED|Connection (broken|refused|reset)|Network is unreachable|Temporary failure in name resolution|IncompleteRead/i.test(
      output,
    )
  ) {
    return new SetupError(
      'NO_NETWORK',
      `pip cannot reach its package registry, so ${what} was not fetched: ${networkCause(output)}.`,
      "Check the connection and pip's settings (pip.conf; a proxy: HTTPS_PROXY; a mirror: PIP_INDEX_URL; a company certificate: PIP_CERT), then run set-up again.",
    );
  }
  if (/THESE PACKAGES DO NOT MATCH THE HASHES|Wheel .* is invalid|BadZipFile/i.test(output)) {
    return new SetupError(
      'HASH_MISMATCH',
      `What the registry handed out for ${what} is damaged. pip said:\n${lastLines(output)}`,
      'Run set-up again. If it stays so, check the mirror or proxy between you and the registry.',
    );
  }
  return new SetupError(
    'PLATFORM_UNSUPPORTED',
    `The package registry has no ${pin.wheel}. pip said:\n${lastLines(output)}`,
    'If you use a mirror (PIP_INDEX_URL, or index-url in pip.conf), it may lack this package: try without it, or ask its keeper.',
  );
}

/** The reason in a few words, out of pip's many retries. */
function networkCause(output) {
  const reasons = output.match(
    /\[Errno -?\d+\] [^'")]+|CERTIFICATE_VERIFY_FAILED[^'")]*|Read timed out|Cannot connect to proxy|IncompleteRead/gi,
  );
  return reasons?.at(-1) ?? lastLines(output, 2);
}

/**
 * Unpacks the files of a wheel whose names begin with one of `prefixes`, with Python's own zip reader (no `unzip` needed).
 * It refuses names that would leave the folder.
 */
export async function unpackWheel(wheel, folder, prefixes) {
  const script = [
    'import sys, zipfile',
    'z = zipfile.ZipFile(sys.argv[1])',
    'names = [n for n in z.namelist() if n.startswith(tuple(sys.argv[3:]))]',
    'assert names, "nothing to unpack"',
    'z.extractall(sys.argv[2], names)',
  ].join('\n');
  const run = await runProgram(await findPython(), ['-c', script, wheel, folder, ...prefixes]);
  if (run.code !== 0) throw unpackError(wheel, run.output);
}

export function unpackError(wheel, output) {
  return (
    spaceError({ message: output }, 0) ??
    new SetupError(
      'NATIVE_BROKEN',
      `${wheel} could not be unpacked:\n${lastLines(output)}`,
      'Run set-up again; report it if it happens again.',
    )
  );
}
