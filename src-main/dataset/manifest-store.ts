import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { GranaryError } from '../../shared/errors.ts';
import { type DatasetOptions, type Manifest, manifestSchema } from '../../shared/records/dataset.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { writeFileAtomic } from '../files/atomic.ts';
import { type FileCheck, fileCheckSchema } from './check-file.ts';
import { type InspectHooks, inspectDataset } from './inspect.ts';
import { forgetUnpacked, isZip, unpackedFolder } from './unpack.ts';
import type { FoundFile } from './walk.ts';

/** Raised when checks change, so that old results are not taken for new ones. */
const CHECKS_VERSION = 1;

/** What is remembered of each file: it is unchanged while size and time of last change are the same. */
const checksSchema = z.object({
  version: z.literal(CHECKS_VERSION),
  files: z.array(
    z.object({ path: z.string(), bytes: z.number(), mtimeMs: z.number(), check: fileCheckSchema }),
  ),
});

/** `workspace/datasets/<key>/`: what is remembered of the dataset at this path. */
export function datasetFolder(workspace: string, dataset: string): string {
  return join(workspace, layout.datasets, shortHash(resolve(dataset)));
}

/** Each way of reading a dataset has its own manifest; what was found in the files is common to all. */
function manifestPath(workspace: string, dataset: string, options: DatasetOptions): string {
  const { imageColumn, targetColumns, imagesDir, testDir } = options;
  const way = JSON.stringify({ imageColumn, targetColumns, imagesDir, testDir });
  const name = way === '{}' ? 'manifest.json' : `manifest-${shortHash(way)}.json`;
  return join(datasetFolder(workspace, dataset), name);
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 20);
}

/** Keeps a manifest; returns the path of its file. */
export function writeManifest(
  workspace: string,
  dataset: string,
  options: DatasetOptions,
  manifest: Manifest,
): string {
  const path = manifestPath(workspace, dataset, options);
  writeFileAtomic(path, `${JSON.stringify(manifest)}\n`);
  return path;
}

/** The manifest of the last inspection, whether or not files have changed since; null where there is none that can be read. */
export function readManifest(
  workspace: string,
  dataset: string,
  options: DatasetOptions = {},
): Manifest | null {
  const parsed = manifestSchema.safeParse(readJson(manifestPath(workspace, dataset, options)));
  return parsed.success ? parsed.data : null;
}

/**
 * Inspects a dataset (a zip is unpacked into the workspace first), opening only the files that are new or have changed since the last time, however it was read then; so an
 * unchanged dataset is read at once. Keeps the manifest and what was found in the workspace.
 * @throws GranaryError as {@link inspectDataset}
 */
export async function cachedManifest(
  workspace: string,
  dataset: string,
  options: DatasetOptions = {},
  hooks: Pick<InspectHooks, 'onProgress' | 'signal'> = {},
): Promise<Manifest> {
  const checksPath = join(datasetFolder(workspace, dataset), 'checks.json');
  const known = readChecks(checksPath);
  const knownCheck = (file: FoundFile): FileCheck | undefined => {
    const before = known.get(file.path);
    return before?.bytes === file.bytes && before.mtimeMs === file.mtimeMs ? before.check : undefined;
  };
  const unpacked = isZip(dataset) ? await unpackedFolder(workspace, dataset, hooks) : null;
  const inspected = await inspectDataset(unpacked?.folder ?? dataset, options, {
    ...hooks,
    known: knownCheck,
    onChecks: (checks, files) => {
      // Files that this way of reading leaves alone keep what another found.
      const entries = files.flatMap((file) => {
        const check = checks.get(file.path) ?? knownCheck(file);
        return check === undefined ? [] : [{ ...file, check }];
      });
      const same =
        entries.length === known.size && entries.every((e) => known.get(e.path)?.check === e.check);
      if (!same) writeFileAtomic(checksPath, JSON.stringify({ version: CHECKS_VERSION, files: entries }));
    },
  }).catch((error: unknown) => {
    if (unpacked !== null && error instanceof GranaryError && error.code === 'DATASET_EMPTY')
      forgetUnpacked(unpacked);
    throw unpacked === null ? error : ofArchive(error, unpacked.folder, dataset);
  });
  const manifest =
    unpacked === null ? inspected : { ...inspected, notes: [...(inspected.notes ?? []), ...unpacked.notes] };
  const before = readManifest(workspace, dataset, options);
  const same = before?.hash === manifest.hash && isDeepStrictEqual(before.problems, manifest.problems);
  if (!same || manifest.stats.imagesPerSecond > 0) writeManifest(workspace, dataset, options, manifest);
  return manifest;
}

/** Nobody knows the folder that an archive was unpacked to: what is wrong there is wrong with the archive. */
function ofArchive(error: unknown, folder: string, archive: string): unknown {
  if (!(error instanceof GranaryError)) return error;
  const { code, message, fix, details } = error;
  const named = (text: string): string => text.replaceAll(folder, archive);
  return new GranaryError(code, named(message), fix === undefined ? fix : named(fix), {
    cause: error,
    details,
  });
}

function readChecks(path: string): Map<string, FoundFile & { check: FileCheck }> {
  const parsed = checksSchema.safeParse(readJson(path));
  return new Map(parsed.success ? parsed.data.files.map((file) => [file.path, file]) : []);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
