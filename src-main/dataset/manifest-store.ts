import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type DatasetOptions, type Manifest, manifestSchema } from '../../shared/records/dataset.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { writeFileAtomic } from '../files/atomic.ts';
import { type FileCheck, fileCheckSchema } from './check-file.ts';
import { type InspectHooks, inspectDataset } from './inspect.ts';
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

/** `workspace/datasets/<key>/`: one folder for each dataset and way of reading it. */
export function datasetFolder(workspace: string, dataset: string, options: DatasetOptions = {}): string {
  const { imageColumn, targetColumns, imagesDir, testDir } = options;
  const way = { dataset: resolve(dataset), imageColumn, targetColumns, imagesDir, testDir };
  const key = createHash('sha256').update(JSON.stringify(way)).digest('hex').slice(0, 20);
  return join(workspace, layout.datasets, key);
}

/** Keeps a manifest; returns the path of its file. */
export function writeManifest(
  workspace: string,
  dataset: string,
  options: DatasetOptions,
  manifest: Manifest,
): string {
  const path = join(datasetFolder(workspace, dataset, options), 'manifest.json');
  writeFileAtomic(path, `${JSON.stringify(manifest)}\n`);
  return path;
}

/** The manifest of the last inspection, whether or not files have changed since; null where there is none that can be read. */
export function readManifest(
  workspace: string,
  dataset: string,
  options: DatasetOptions = {},
): Manifest | null {
  const json = readJson(join(datasetFolder(workspace, dataset, options), 'manifest.json'));
  const parsed = manifestSchema.safeParse(json);
  return parsed.success ? parsed.data : null;
}

/**
 * Inspects a dataset, opening only the files that are new or have changed since the last time; so an unchanged dataset is read
 * at once. Keeps the manifest and what was found in the workspace.
 * @throws GranaryError as {@link inspectDataset}
 */
export async function cachedManifest(
  workspace: string,
  dataset: string,
  options: DatasetOptions = {},
  hooks: Pick<InspectHooks, 'onProgress' | 'signal'> = {},
): Promise<Manifest> {
  const checksPath = join(datasetFolder(workspace, dataset, options), 'checks.json');
  const known = readChecks(checksPath);
  let changed = false;
  const manifest = await inspectDataset(dataset, options, {
    ...hooks,
    known: (file) => {
      const before = known.get(file.path);
      const same = before !== undefined && before.bytes === file.bytes && before.mtimeMs === file.mtimeMs;
      return same ? before.check : undefined;
    },
    onChecks: (checks) => {
      changed =
        checks.length !== known.size ||
        checks.some(({ file, check }) => known.get(file.path)?.check !== check);
      if (changed) {
        const files = checks.map(({ file, check }) => ({ ...file, check }));
        writeFileAtomic(checksPath, JSON.stringify({ version: CHECKS_VERSION, files }));
      }
    },
  });
  if (changed || readManifest(workspace, dataset, options)?.hash !== manifest.hash)
    writeManifest(workspace, dataset, options, manifest);
  return manifest;
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
