import { closeSync, fsyncSync, ftruncateSync, openSync, rmSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import { writeAll } from '../files/atomic.ts';
import { sha256OfFile } from '../files/sha256.ts';
import { statOrNull } from '../files/stat.ts';
import { Transient, cancelled, diskFailure, notAsStated, unreachable } from './failures.ts';
import type { RemoteFile } from './remote-file.ts';
import { type HubAnswer, askHub, failure } from './request.ts';
import { withRetries } from './retry.ts';
import type { HubSettings } from './settings.ts';

export interface FetchOptions {
  /** Bytes so far, of all. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Progress is told at most this often. */
const TELL_MS = 200;
/** Kept free beside the file itself. */
const SPARE_BYTES = 64e6;

/**
 * Fetches a file to `part`, going on behind what an earlier attempt left there, and checks size and hash.
 * @returns SHA-256 of the file, hex
 * @throws GranaryError NO_NETWORK (what has arrived is kept), HASH_MISMATCH (nothing is), NO_SPACE, CANCELLED
 */
export async function download(
  settings: HubSettings,
  file: RemoteFile,
  part: string,
  options: FetchOptions = {},
): Promise<string> {
  const resumed = sizeOf(part) > 0;
  const actual = await fetchWhole(settings, file, part, options);
  if (file.sha256 === null || actual === file.sha256) return actual;
  rmSync(part, { force: true });
  // What an earlier attempt left may be damaged (a power cut leaves zeros at its end): that is no fault of the hub's.
  if (resumed) return download(settings, file, part, options);
  throw notAsStated(file.what, `its SHA-256 is ${actual} and should be ${file.sha256}`);
}

async function fetchWhole(
  settings: HubSettings,
  file: RemoteFile,
  part: string,
  options: FetchOptions,
): Promise<string> {
  checkSpace(file, part);
  const handle = openSync(part, 'a');
  try {
    if (sizeOf(part) > file.bytes) ftruncateSync(handle, 0);
    await withRetries(
      file.what,
      settings,
      options.signal,
      () => fetchRest(settings, file, part, handle, options),
      () => sizeOf(part),
    );
    fsyncSync(handle);
  } catch (error) {
    throw diskFailure(error, file.what, dirname(part));
  } finally {
    closeSync(handle);
  }
  return sha256OfFile(part, options.signal).catch((error: unknown) => {
    throw options.signal?.aborted === true ? cancelled() : error;
  });
}

/** One request for what is missing. @throws Transient when it ends early */
async function fetchRest(
  settings: HubSettings,
  file: RemoteFile,
  part: string,
  handle: number,
  { signal, onProgress }: FetchOptions,
): Promise<void> {
  let done = sizeOf(part);
  if (done === file.bytes) return;
  const headers: Record<string, string> = done === 0 ? {} : { range: `bytes=${done}-` };
  const answer = await askHub(settings, { method: 'GET', url: file.url, headers, signal });
  try {
    if (answer.status === 416) {
      ftruncateSync(handle, 0);
      throw new Transient(`${answer.url.host} does not have the part that was asked for`);
    }
    if (startOf(answer, file, done) === 0 && done > 0) {
      ftruncateSync(handle, 0);
      done = 0;
    }
    onProgress?.(done, file.bytes);
    let told = Date.now();
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      if (done + chunk.length > file.bytes) {
        ftruncateSync(handle, 0);
        throw notAsStated(file.what, `it has more than the ${file.bytes} bytes that were stated`);
      }
      writeAll(handle, chunk);
      done += chunk.length;
      if (Date.now() - told < TELL_MS) continue;
      told = Date.now();
      onProgress?.(done, file.bytes);
    }
  } catch (error) {
    if (error instanceof GranaryError || error instanceof Transient || isDisk(error)) throw error;
    throw failure(error, answer.url, signal);
  } finally {
    answer.body.destroy();
  }
  if (done < file.bytes) throw new Transient(`${answer.url.host} ended after ${done} of ${file.bytes} bytes`);
  onProgress?.(done, file.bytes);
}

/**
 * The first byte that the answer holds: `wanted`, or 0 where the server knows no ranges.
 * @throws Transient, GranaryError NO_NETWORK or HASH_MISMATCH for any other answer
 */
function startOf(answer: HubAnswer, file: RemoteFile, wanted: number): number {
  const { status, headers, url } = answer;
  if (status === 200) return 0;
  if (status === 206) {
    const [, start, , total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
    if (total !== undefined && total !== '*' && Number(total) !== file.bytes)
      throw notAsStated(file.what, `it has ${total} bytes and ${file.bytes} were stated`);
    if (Number(start) === wanted) return wanted;
    throw unreachable(file.what, `${url.host} sent another part of the file than was asked for`);
  }
  throw unreachable(file.what, `${url.host} answered ${status}`);
}

const DISK_ERRORS: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EFBIG', 'EBADF']);

function isDisk(error: unknown): boolean {
  return DISK_ERRORS.has((error as NodeJS.ErrnoException).code ?? '');
}

function checkSpace(file: RemoteFile, part: string): void {
  const disk = statfsSync(dirname(part));
  const needed = file.bytes - sizeOf(part) + SPARE_BYTES;
  const free = disk.bavail * disk.bsize;
  if (free >= needed) return;
  throw new GranaryError(
    'NO_SPACE',
    `${file.what} needs ${(needed / 1e6).toFixed(0)} MB in ${dirname(part)}, and ${(free / 1e6).toFixed(0)} MB are free.`,
    'Make room, or set GRANARY_CACHE to a folder on another disk.',
  );
}

function sizeOf(path: string): number {
  return statOrNull(path)?.size ?? 0;
}
