import { defaultPresize } from '../../shared/image-size.ts';
import type { RunPreview } from '../../shared/ipc/views.ts';
import type { PlannedRun } from '../scheduler/grid.ts';

/** A planned run as the grid's preview shows it. */
export function previewOf({ name, config }: PlannedRun): RunPreview {
  const { arch, resize, size, epochs, frozenEpochs, batchSize, accum } = config;
  return {
    name,
    arch,
    resize,
    size,
    presize: config.presize ?? defaultPresize(size),
    frozenEpochs,
    epochs,
    microBatch: batchSize / accum,
    accum,
    batchSize,
  };
}
