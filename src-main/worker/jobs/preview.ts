import { join } from 'node:path';
import { GranaryError } from '../../../shared/errors.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { cachedManifest } from '../../dataset/manifest-store.ts';
import { writeJsonAtomic } from '../../files/atomic.ts';
import { exportRefusal } from '../../files/write-export.ts';
import { drawPreview } from '../../preprocess/preview.ts';
import { readConfined } from '../../preprocess/thumbnail.ts';
import type { JobContext } from '../context.ts';

/** Draws one picture of a dataset under several settings; `preview.json` comes last, so a folder that has it is whole. */
export async function run(job: JobOf<'preview'>, context: JobContext): Promise<JobResult<'preview'>> {
  const { workspace, dataset, datasetOptions, id, settings, dest } = job;
  const manifest = await cachedManifest(workspace, dataset, datasetOptions, {
    onProgress: (progress) => context.emit({ type: 'progress', ...progress }),
    signal: context.signal,
  });
  const record = [...manifest.train, ...manifest.test].find((one) => one.id === id);
  if (record === undefined) {
    const some = manifest.train.slice(0, 3).map((one) => one.id);
    throw new GranaryError(
      'DATASET_NOT_FOUND',
      `${manifest.name} has no usable picture "${id}".`,
      `Ids are such as ${some.join(', ')}; \`granary inspect --json\` lists them all.`,
    );
  }
  const { bytes } = await readConfined(manifest.root, record.path, record.sha256);
  try {
    const report = await drawPreview(bytes, record, settings, dest);
    writeJsonAtomic(join(dest, 'preview.json'), report);
    return report;
  } catch (error) {
    throw exportRefusal(dest, error);
  }
}
