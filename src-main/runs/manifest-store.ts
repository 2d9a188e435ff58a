import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, manifestSchema } from '../../shared/records/dataset.ts';
import { layout } from '../../shared/workspace-layout.ts';

/** The manifest of a dataset that was inspected in this workspace, by the dataset's hash; null where there is none. */
export function storedManifest(workspace: string, datasetHash: string): Manifest | null {
  const path = join(workspace, layout.datasets, datasetHash, 'manifest.json');
  if (!existsSync(path)) return null;
  const parsed = manifestSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  return parsed.success ? parsed.data : null;
}

/** Path of the sample submission that came with a dataset; null where it has none or it is gone. */
export function storedSampleSubmission(workspace: string, datasetHash: string): string | null {
  const manifest = storedManifest(workspace, datasetHash);
  if (!manifest?.sampleSubmission) return null;
  const path = join(manifest.root, manifest.sampleSubmission.path);
  return existsSync(path) ? path : null;
}
