import type { MemoryMargin } from '../../../shared/records/memory-plan.ts';
import type { RunConfig } from '../../../shared/records/run-config.ts';
import type { PlanningDevice } from './device.ts';

/** Settings of a run that decide its memory, and the dataset whose pictures a probe may use. */
export type FitConfig = Pick<
  RunConfig,
  'arch' | 'size' | 'presize' | 'batchSize' | 'accum' | 'autoAccum' | 'checkpointing' | 'precision'
> &
  Partial<Pick<RunConfig, 'dataset' | 'datasetOptions' | 'targets'>>;

export interface FitOptions {
  device: PlanningDevice;
  /** Index of that card among several: a probe's worker sees it alone, as the run's will. */
  card?: number | null;
  margin?: MemoryMargin;
  /** `near`: only where the prediction comes near to what is free. */
  probe: 'never' | 'near' | 'always';
  workspace: string;
  /** Classes of each target, where they are known better than from the workspace. */
  classes?: number[];
  /** Ends what is at work for it; {@link MemoryFit.fitOf} then throws CANCELLED, once those processes are gone. */
  signal?: AbortSignal | undefined;
}
