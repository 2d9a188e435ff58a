import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Manifest, manifestSchema } from '../../shared/records/dataset.ts';
import { layout } from '../../shared/workspace-layout.ts';

/**
 * The newest manifest of a dataset that was inspected in this workspace, by the dataset's hash; null where there is none.
 * Folders are named after path and way of reading, so every manifest is looked at.
 */
export function storedManifest(workspace: string, datasetHash: string): Manifest | null {
  const folder = join(workspace, layout.datasets);
  if (!existsSync(folder)) return null;
  const paths = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(join(folder, name)).map((file) => join(folder, name, file)))
    .filter((path) => /[\\/]manifest(-[0-9a-f]+)?\.json$/.test(path))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const path of paths) {
    const manifest = readManifest(path);
    if (manifest?.hash === datasetHash) return manifest;
  }
  return null;
}

/** Path of the sample submission that came with a dataset; null where it has none or it is gone. */
export function storedSampleSubmission(workspace: string, datasetHash: string): string | null {
  const manifest = storedManifest(workspace, datasetHash);
  if (!manifest?.sampleSubmission) return null;
  const path = join(manifest.root, manifest.sampleSubmission.path);
  return existsSync(path) ? path : null;
}

/** Null for a file that is no manifest: another dataset's damage must not hide this one. */
function readManifest(path: string): Manifest | null {
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

/** The newest manifest of a dataset that was read in this workspace, in whichever way, by its path; null where there is none. */
export function manifestOfDataset(workspace: string, dataset: string): Manifest | null {
  const key = createHash('sha256').update(resolve(dataset)).digest('hex').slice(0, 20);
  const folder = join(workspace, layout.datasets, key);
  if (!existsSync(folder)) return null;
  const paths = readdirSync(folder)
    .filter((name) => /^manifest.*\.json$/.test(name))
    .map((name) => join(folder, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  return paths.map(readManifest).find((manifest) => manifest !== null) ?? null;
}
