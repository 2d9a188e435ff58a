import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from '../files/make-folder.ts';
import { GranaryError } from '../../shared/errors.ts';
import { syncFolder } from '../files/atomic.ts';
import { ProcessLock } from '../files/process-lock.ts';
import { sha256OfFile } from '../files/sha256.ts';
import { type FetchOptions, download } from './download.ts';
import { WITHOUT_HUB, cancelled, diskFailure } from './failures.ts';
import { findInPythonCache } from './python-cache.ts';
import { statRemote } from './remote-file.ts';
import { type HubSettings, hubSettings } from './settings.ts';
import { listStored, makeRoomFor, partPath, storeFolder, storedPath, touch } from './store.ts';

/** Weights on this machine, checked against their hash just now. */
export interface HubWeights {
  /** A safetensors file. */
  path: string;
  sha256: string;
  /** What names them in a run's record: `timm/convnext_tiny.in12k_ft_in1k`. */
  repository: string;
}

const WAIT_MS = 300;

/** The hub's repository of timm's weights `id.tag`. */
export function repositoryOf(name: string): string {
  return `timm/${name}`;
}

/**
 * Finds timm's weights on this machine without asking anybody: in Granary's cache, else where Python keeps what timm fetched. A
 * file that is not what its name says is deleted (Granary's) or passed over (Python's).
 * @param name `id.tag`
 */
export async function findCached(name: string, signal?: AbortSignal): Promise<HubWeights | null> {
  const repository = repositoryOf(name);
  for (const { path, sha256 } of listStored().filter((file) => file.name === name)) {
    if (sha256 === null) continue;
    if ((await hashOrNull(path, signal)) === sha256) {
      touch(path);
      return { path, sha256, repository };
    }
    rmSync(path, { force: true });
  }
  const python = findInPythonCache(repository);
  if (python === null || (await hashOrNull(python.path, signal)) !== python.sha256) return null;
  return { ...python, repository };
}

/**
 * timm's weights `id.tag`: from this machine, else from the hub. An interrupted fetch goes on where it stood, several
 * processes fetch a file once, and what was used longest ago makes room.
 * @param maxBytes a larger file cannot be these weights
 * @throws GranaryError NO_NETWORK, WEIGHTS_NOT_FOUND, HASH_MISMATCH, NO_SPACE, CONFIG_INVALID, CANCELLED
 */
export async function fetchWeights(
  name: string,
  maxBytes: number,
  options: FetchOptions = {},
  settings: HubSettings = hubSettings(),
): Promise<HubWeights> {
  const cached = await findCached(name, options.signal);
  if (cached !== null) return cached;
  if (settings.offline)
    throw new GranaryError(
      'NO_NETWORK',
      `The weights ${repositoryOf(name)} are not on this machine, and HF_HUB_OFFLINE forbids to fetch them.`,
      `Fetch them while there is a network with \`granary fetch ${name}\`. ${WITHOUT_HUB}`,
    );
  const folder = storeFolder(name);
  const lock = await takeTurn(folder, options.signal);
  try {
    // Whoever had the lock before may have fetched them.
    return (await findCached(name, options.signal)) ?? (await fetchNow(name, maxBytes, options, settings));
  } finally {
    lock.release();
  }
}

async function fetchNow(
  name: string,
  maxBytes: number,
  options: FetchOptions,
  settings: HubSettings,
): Promise<HubWeights> {
  const repository = repositoryOf(name);
  const remote = await statRemote(settings, repository, maxBytes, options.signal);
  const part = partPath(name, remote.sha256 ?? remote.etag);
  makeRoomFor(remote.bytes, part);
  const sha256 = await download(settings, remote, part, options);
  const path = storedPath(name, sha256);
  renameSync(part, path);
  syncFolder(storeFolder(name));
  return { path, sha256, repository };
}

/** Waits until no other process fetches the same weights. */
async function takeTurn(folder: string, signal: AbortSignal | undefined): Promise<ProcessLock> {
  try {
    makeFolder(folder);
    for (;;) {
      const lock = ProcessLock.acquire(join(folder, '.lock'), 'granary');
      if (lock instanceof ProcessLock) return lock;
      if (signal?.aborted === true) throw cancelled();
      await sleep(WAIT_MS);
    }
  } catch (error) {
    throw diskFailure(error, 'weights', folder);
  }
}

/** Null: it cannot be read. */
async function hashOrNull(path: string, signal: AbortSignal | undefined): Promise<string | null> {
  return sha256OfFile(path, signal).catch(() => {
    if (signal?.aborted === true) throw cancelled();
    return null;
  });
}
