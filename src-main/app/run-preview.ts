import { defaultPresize } from '../../shared/image-size.ts';
import type { RunPreview } from '../../shared/ipc/views.ts';
import type { InvalidRun, PlannedRun } from '../scheduler/grid.ts';

/** A run of a grid as its preview shows it. */
export function previewOf(run: PlannedRun | InvalidRun, seconds: number | null): RunPreview {
  const { name, config } = run;
  const { arch, resize, size, epochs, frozenEpochs, batchSize, accum, autoAccum, checkpointing, precision } =
    config;
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
    autoAccum,
    checkpointing,
    precision,
    targets: config.targets,
    seconds,
    problem: 'error' in run ? run.error : null,
  };
}
