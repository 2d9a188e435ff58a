import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { GranaryError, toErrorPayload } from '../../../shared/errors.ts';
import type { JobOf, JobResult } from '../../../shared/ipc/job.ts';
import { layout } from '../../../shared/workspace-layout.ts';
import { cachedManifest } from '../../dataset/manifest-store.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { writePredictions } from '../../runs/predictions.ts';
import { appendEpoch, createRunFolder, writeConfig, writeResult, writeSplit } from '../../runs/run-writer.ts';
import { encodeCheckpoint } from '../../training/checkpoint.ts';
import type { RunDesk } from '../../training/run-output.ts';
import { trainRun } from '../../training/train-run.ts';
import type { JobContext } from '../context.ts';

/** The state that an interrupted run leaves; deleted when the run is finished, because its weights file has the rest. */
const CHECKPOINT = 'state.safetensors';

/** Trains one run into its folder. Whatever ends it after its first file is written as its result. */
export async function run(job: JobOf<'train'>, context: JobContext): Promise<JobResult<'train'>> {
  const { workspace, runId, config } = job;
  const { signal, emit } = context;
  const manifest = await cachedManifest(workspace, config.dataset, config.datasetOptions, {
    onProgress: (progress) => emit({ type: 'progress', ...progress }),
    signal,
  });
  const folder = new RunFolder(job, context);
  try {
    const output = await trainRun(job, config, manifest, { workspace, desk: folder, signal });
    const { targets, sets, weights, result } = output;
    writePredictions(folder.path, { targets, sets });
    writeFileAtomic(join(folder.path, layout.run.weights), weights);
    writeResult(folder.path, result);
    rmSync(join(folder.path, layout.run.checkpoint), { recursive: true, force: true });
    return { runId, result };
  } catch (error) {
    folder.failed(error);
    throw error;
  }
}

/** The desk of a run: its folder on disk, and the channel to whoever ordered it. */
class RunFolder implements RunDesk {
  readonly #job: JobOf<'train'>;
  readonly #context: JobContext;
  #path: string | null = null;

  constructor(job: JobOf<'train'>, context: JobContext) {
    this.#job = job;
    this.#context = context;
  }

  get path(): string {
    if (this.#path === null) throw new Error('The run has not started.');
    return this.#path;
  }

  readonly tell: RunDesk['tell'] = (event) => this.#context.emit(event);

  readonly started: RunDesk['started'] = (header, { train, valid }) => {
    this.#path = createRunFolder(this.#job.workspace, this.#job.runId);
    writeSplit(this.#path, { train, valid });
    writeConfig(this.#path, header);
    this.#context.emit({ type: 'run-started', header });
  };

  readonly epochDone: RunDesk['epochDone'] = (log, checkpoint) => {
    appendEpoch(this.path, log);
    writeFileAtomic(join(this.path, layout.run.checkpoint, CHECKPOINT), encodeCheckpoint(checkpoint));
    this.#context.emit({ type: 'epoch', runId: this.#job.runId, log });
  };

  /** Writes why the run ended, unless it never began. */
  failed(error: unknown): void {
    if (this.#path === null) return;
    const cancelled = error instanceof GranaryError && error.code === 'CANCELLED';
    writeResult(this.#path, {
      version: 1,
      status: cancelled ? 'cancelled' : 'failed',
      error: toErrorPayload(error),
      finished: new Date().toISOString(),
    });
  }
}
