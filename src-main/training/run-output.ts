import type { CardGauge } from '../files/card-gauge.ts';
import type { EpochLog, RunHeader, RunResult } from '../../shared/records/run-record.ts';
import type { WorkerEvent } from '../../shared/ipc/job.ts';
import type { Split } from '../dataset/splits.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { SetProbabilities } from './predict.ts';

export type FinishedRun = Extract<RunResult, { status: 'finished' }>;

/** What a finished run says of one set of pictures; rows follow `ids`. */
export interface SetOutput extends SetProbabilities {
  ids: string[];
  /** The true class's index of each target, −1 where missing; null for test pictures. */
  labels: Int32Array[] | null;
}

/** All that a run leaves behind besides its epochs. */
export interface RunOutput {
  result: FinishedRun;
  targets: { name: string; classes: string[] }[];
  sets: Partial<Record<'valid' | 'holdout' | 'test', SetOutput>>;
  /** The bytes of `weights.safetensors`. */
  weights: Uint8Array;
}

/**
 * Where a run says and leaves things while it goes on. Training knows no files of a run folder; the worker's job writes them.
 * Each call returns when its file is on the disk.
 */
export interface RunDesk {
  started(header: RunHeader, split: Split): void;
  /** Called in the middle of an epoch: the run goes on from here when it is cut off. */
  keep(checkpoint: Checkpoint): void;
  epochDone(log: EpochLog, checkpoint: Checkpoint): void;
  /** Passing news: progress, steps, warnings. */
  tell(event: Extract<WorkerEvent, { type: 'progress' | 'full-pace' | 'step' | 'warning' | 'log' }>): void;
}

/** Where a run works, how it is heard, and how it is stopped. */
export interface RunSurroundings {
  workspace: string;
  desk: RunDesk;
  card: Pick<CardGauge, 'peakMb'>;
  /** Checked between two native calls. */
  signal: AbortSignal;
}
