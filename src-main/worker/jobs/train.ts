import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { layout } from '../../../shared/workspace-layout.ts';
import { cachedManifest } from '../../dataset/manifest-store.ts';
import { CardGauge } from '../../files/card-gauge.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { checkpointPath } from '../../runs/checkpoint-file.ts';
import { writePredictions } from '../../runs/predictions.ts';
import {
  appendEpoch,
  createRunFolder,
  restoreEpochs,
  runFolder,
  writeConfig,
  writeResult,
  writeSplit,
} from '../../runs/run-writer.ts';
import { type Checkpoint, encodeCheckpoint } from '../../training/checkpoint.ts';
import type { ResumePoint } from '../../training/resume-point.ts';
import { checkDataset, readResumePoint, settledConfig } from '../read-resume-point.ts';
import type { RunDesk } from '../../training/run-output.ts';
import { trainRun } from '../../training/train-run.ts';
import type { JobContext } from '../context.ts';
import { recordInFolder, workerFailure } from '../failure.ts';

/** Trains one run into its folder, or the rest of one that was cut off. Whatever ends it after its first file is written as its result. */
export async function run(job: JobOf<'train'>, context: JobContext): Promise<JobResult<'train'>> {
  const { workspace, runId, config } = job;
  const { signal, emit } = context;
  const point = job.resume === true ? await readResumePoint(runFolder(workspace, runId), runId) : null;
  const manifest = await cachedManifest(workspace, config.dataset, config.datasetOptions, {
    onProgress: (progress) => emit({ type: 'progress', ...progress }),
    signal,
  });
  if (point !== null) checkDataset(point, manifest);
  const settled = point === null ? config : settledConfig(point.header.config, config);
  const folder = new RunFolder(job, context, point);
  try {
    const around = { workspace, desk: folder, card: new CardGauge(), signal };
    const output = await trainRun(job, settled, manifest, around, point);
    const { targets, sets, weights, result } = output;
    writePredictions(folder.path, { targets, sets });
    writeFileAtomic(join(folder.path, layout.run.weights), weights);
    writeResult(folder.path, result);
    rmSync(join(folder.path, layout.run.checkpoint), { recursive: true, force: true });
    return { runId, result };
  } catch (error) {
    const failure = workerFailure(error);
    folder.failed(failure);
    throw failure;
  }
}

/** The desk of a run: its folder on disk, and the channel to whoever ordered it. */
class RunFolder implements RunDesk {
  readonly #job: JobOf<'train'>;
  readonly #context: JobContext;
  readonly #point: ResumePoint | null;
  #path: string | null = null;

  constructor(job: JobOf<'train'>, context: JobContext, point: ResumePoint | null) {
    this.#job = job;
    this.#context = context;
    this.#point = point;
  }

  get path(): string {
    if (this.#path === null) throw new Error('The run has not started.');
    return this.#path;
  }

  readonly tell: RunDesk['tell'] = (event) => this.#context.emit(event);

  readonly started: RunDesk['started'] = (header, { train, valid }) => {
    this.#path = createRunFolder(this.#job.workspace, this.#job.runId);
    restoreEpochs(this.#path, this.#point?.epochs ?? []);
    writeSplit(this.#path, { train, valid });
    writeConfig(this.#path, header);
    this.#context.emit({ type: 'run-started', header, resumed: this.#resumed() });
  };

  readonly keep: RunDesk['keep'] = (checkpoint) => {
    writeFileAtomic(checkpointPath(this.path), encodeCheckpoint(checkpoint));
  };

  /** The checkpoint first: it has the epoch's log, so a crash between the two files loses nothing. */
  readonly epochDone: RunDesk['epochDone'] = (log, checkpoint) => {
    this.keep(checkpoint);
    appendEpoch(this.path, log);
    this.#context.emit({ type: 'epoch', runId: this.#job.runId, log });
  };

  /** Writes why the run ended, unless it never began. */
  failed(error: unknown): void {
    if (this.#path !== null) recordInFolder(this.#path, error);
  }

  #resumed(): { epoch: number; windows: number; step: number } | null {
    if (this.#point === null) return null;
    const { epoch, inProgress, steps }: Checkpoint = this.#point.checkpoint;
    return { epoch, windows: inProgress?.windows ?? 0, step: steps.compiled + steps.eager };
  }
}
