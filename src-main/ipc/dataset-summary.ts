import type { DatasetOptions, Manifest } from '../../shared/records/dataset.ts';
import type { DatasetSummary } from '../../shared/ipc/views.ts';

/** A manifest without its lists of pictures, as the window wants it. `path` is what the user dropped. */
export function summarise(manifest: Manifest, path: string, options: DatasetOptions): DatasetSummary {
  const { train, test, sampleSubmission, copies, ...rest } = manifest;
  return {
    ...rest,
    path,
    options,
    trainCount: train.length,
    testCount: test.length,
    copyGroups: copies?.length ?? 0,
    testExamples: test.slice(0, 12).map((record) => record.id),
    submission:
      sampleSubmission === undefined
        ? null
        : { path: sampleSubmission.path, rows: sampleSubmission.ids.length },
  };
}
