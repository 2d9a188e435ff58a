import { join, resolve } from 'node:path';
import { GranaryError } from '../../shared/errors.ts';
import type { NewsName } from '../../shared/ipc/channel-names.ts';
import type { News } from '../../shared/ipc/channels.ts';
import type { WorkerEvent } from '../../shared/ipc/job.ts';
import type { GridPreview, LiveRun, QueueView, RunRow, WorkspaceState } from '../../shared/ipc/views.ts';
import type { DatasetOptions, Manifest } from '../../shared/records/dataset.ts';
import type { Grid } from '../../shared/records/grid.ts';
import type { QueueCommand, QueueItem } from '../../shared/records/queue.ts';
import type { MemorySettingsView } from '../../shared/ipc/memory-views.ts';
import type { RatingsGrid } from '../../shared/records/ratings-grid.ts';
import type { RunSummary } from '../../shared/records/run-record.ts';
import type { MemorySettings } from '../../shared/records/workspace-settings.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { PictureService } from '../pictures/picture-service.ts';
import { RunIndex } from '../runs/run-index.ts';
import { abortable } from '../scheduler/abortable.ts';
import type { RatingsSource } from '../scheduler/ratings-grid.ts';
import { pretrainedOf } from '../scheduler/grid-weights.ts';
import { machineSlots } from '../scheduler/slots.ts';
import { startJob } from '../scheduler/supervisor.ts';
import { memoryGate } from '../scheduler/memory/gate.ts';
import { Workbench } from '../scheduler/workbench.ts';
import { checkThere } from '../scheduler/workspace-there.ts';
import {
  changeMemorySettings,
  marginOfEnvironment,
  readWorkspaceSettings,
} from '../scheduler/workspace-settings.ts';
import { missingWeights } from '../hub/missing.ts';
import { DataJobs } from './data-jobs.ts';
import { FitDesk } from './fit-desk.ts';
import { LiveRunMemory } from './live-run.ts';
import { RatingsJobs } from './ratings-jobs.ts';
import { SampleDrawer } from './sample-drawer.ts';
import { previewOf } from './run-preview.ts';

type Progress = Extract<WorkerEvent, { type: 'progress' }>;
export type Tell = <N extends NewsName>(name: N, payload: News<N>) => void;

/**
 * One opened workspace as the app uses it: the workbench that queues and trains (or watches, when another process holds the
 * workspace), the reading of datasets, and the memory of the run that trains. Knows nothing of windows: it tells its news.
 */
export class WorkspaceSession {
  readonly #tell: Tell;
  #workbench: Workbench | null = null;
  #pictures: PictureService | null = null;
  #jobs: DataJobs | null = null;
  #ratings: RatingsJobs | null = null;
  #fits: FitDesk | null = null;
  #reading: AbortController | null = null;
  readonly #samples = new SampleDrawer();
  #index: RunIndex | null = null;
  /** Of each run that trains, and of the one that trained last. */
  readonly #live = new Map<string, LiveRunMemory>();
  /** Called when training begins or ends. */
  onTraining: (training: boolean) => void = () => undefined;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  get state(): WorkspaceState {
    const { workspace, mode, holder, gone } = this.#open();
    return { path: workspace, mode, holder, gone };
  }

  /** What has to be told of how the workspace was found; null: nothing. */
  get notice(): string | null {
    return this.#open().notice;
  }

  /** Thumbnails of the workspace's datasets. */
  get pictures(): PictureService {
    return this.#part(this.#pictures);
  }

  /** Predictions and previews. */
  get jobs(): DataJobs {
    return this.#part(this.#jobs);
  }

  /** Ratings files. */
  get ratings(): RatingsJobs {
    return this.#part(this.#ratings);
  }

  /** Processes that train here. */
  get workers(): Workbench['workers'] {
    return this.#workbench?.workers ?? [];
  }

  /** How runs of a grid would fit the memory. */
  get fits(): FitDesk {
    return this.#part(this.#fits);
  }

  get memorySettings(): MemorySettingsView {
    const { workspace } = this.#open();
    return {
      settings: readWorkspaceSettings(workspace).memory,
      path: join(workspace, layout.settings),
      environment: marginOfEnvironment(),
    };
  }

  /** Changes how runs of the workspace use memory, from the next launch on. */
  changeMemorySettings(change: Partial<MemorySettings>): MemorySettingsView {
    changeMemorySettings(this.#there().workspace, change);
    const view = this.memorySettings;
    this.#tell('memory:settings-changed', view);
    return view;
  }

  /** True while a worker of this process trains. */
  get training(): boolean {
    const workbench = this.#workbench;
    return workbench?.mode === 'owner' && workbench.queue.items.some((item) => item.state === 'running');
  }

  /**
   * Opens a workspace in place of the one before. When another process schedules it, this session only watches.
   * @throws GranaryError WORKSPACE_INVALID; USAGE while a run trains in the one that is open
   */
  async open(path: string): Promise<void> {
    if (this.training)
      throw new GranaryError(
        'USAGE',
        'A run is training in the workspace that is open.',
        'Stop it, or wait until it is done, before opening another workspace.',
      );
    if (this.#workbench?.workspace === resolve(path)) return;
    const workspace = resolve(path);
    const fits: FitDesk = new FitDesk({
      workspace,
      workers: () => this.workers,
      learnt: () => this.#tell('memory:learnt', null),
    });
    const workbench = await Workbench.open(path, {
      attach: true,
      command: 'the Granary app',
      slots: await machineSlots(),
      gate: memoryGate({ workspace }),
      judge: fits.judge,
    });
    await this.close();
    this.#workbench = workbench;
    this.#fits = fits;
    this.#pictures = new PictureService(workbench.workspace);
    this.#jobs = new DataJobs(workbench.workspace, this.#pictures, this.#tell);
    this.#ratings = new RatingsJobs(workbench.workspace, this.#tell);
    workbench.on('queue-changed', () => this.#queueChanged());
    workbench.on('worker-event', (runId, event) => this.#workerSaid(runId, event));
    workbench.on('run-recovered', (news) => this.#tell('run:recovered', news));
    workbench.on('runs-changed', (ids) => this.#tell('runs:changed', ids));
    workbench.on('queue-ended', (outcome) => this.#tell('queue:ended', outcome));
    workbench.on('mode-changed', () => this.#tell('workspace:changed', this.state));
  }

  /**
   * Reads and checks a dataset in a worker; a second call stops the first.
   * @throws GranaryError of the reader, or CANCELLED
   */
  inspect(dataset: string, options: DatasetOptions): Promise<Manifest> {
    return this.#read(async (signal, onProgress) => {
      const manifest = await this.#there().inspect(dataset, options, onProgress, signal);
      this.pictures.catalogue.addDataset(manifest);
      return manifest;
    });
  }

  /** Draws the sample dataset into the workspace, unless it is there already. Returns its path. */
  drawSample(images: number, seed: number): Promise<string> {
    const dest = join(this.#there().workspace, layout.samples, `paddy-${images}`);
    return this.#read(async (signal, onProgress) => {
      await this.#samples.into(dest, 'train.csv', () => {
        const hear = (event: WorkerEvent): void => {
          if (event.type === 'progress') onProgress(event);
        };
        return abortable(startJob({ type: 'sample', dest, images, seed }, hear), signal);
      });
      return dest;
    });
  }

  stopReading(): void {
    this.#reading?.abort();
  }

  async preview(dataset: string, options: DatasetOptions, grid: Grid): Promise<GridPreview> {
    const workbench = this.#there();
    const { runs, seconds } = await workbench.previewGrid({ path: dataset, options, manifest: null }, grid);
    const valid = runs.filter((run) => !('error' in run));
    return {
      runs: runs.map((run, i) => previewOf(run, seconds[i] ?? null)),
      missingWeights: missingWeights(pretrainedOf(valid)),
    };
  }

  get queue(): QueueView {
    const workbench = this.#open();
    const { items, paused } = workbench.queue;
    return { items, etaSeconds: workbench.etaSeconds(), paused: paused?.reason ?? null };
  }

  /** Queues every run of a grid, and begins to train when nothing does. Returns the new items. */
  enqueue(dataset: string, options: DatasetOptions, grid: Grid): Promise<QueueItem[]> {
    return this.#there().enqueue({ path: dataset, options, manifest: null }, grid);
  }

  previewRatings(source: RatingsSource, grid: RatingsGrid): ReturnType<Workbench['previewRatings']> {
    return this.#there().previewRatings(source, grid);
  }

  /** Queues every recommender of a sweep. */
  enqueueRatings(source: RatingsSource, grid: RatingsGrid): Promise<QueueItem[]> {
    return this.#there().enqueueRatings(source, grid);
  }

  /** Trains a run that ended, or was interrupted, once more. */
  again(runId: string): Promise<QueueItem> {
    return this.#there().again(runId);
  }

  resumeInterrupted(): Promise<QueueItem[]> {
    return this.#there().resumeInterrupted();
  }

  /** Does what the user asks of the queue; attached, the process that holds the workspace does it. */
  perform(command: QueueCommand): Promise<void> {
    return this.#there().perform(command);
  }

  /** Every run's row, oldest first; only folders that changed since the last time are read. */
  runs(): Promise<RunRow[]> {
    const { workspace } = this.#there();
    if (this.#index?.workspace !== workspace) this.#index = new RunIndex(workspace);
    return this.#index.rows();
  }

  run(runId: string): Promise<RunSummary> {
    return this.#there().run(runId);
  }

  /** The memory of a run that trains, or that trained last, here. */
  live(runId: string): LiveRun | null {
    return this.#live.get(runId)?.current ?? null;
  }

  /** Stops the worker that reads and the one that trains, and lets the workspace go. */
  async close(): Promise<void> {
    this.#reading?.abort();
    this.#jobs?.close();
    this.#jobs = null;
    this.#ratings?.close();
    this.#ratings = null;
    this.#fits?.close();
    this.#fits = null;
    this.#pictures?.close();
    this.#pictures = null;
    const workbench = this.#workbench;
    if (workbench === null) return;
    await workbench.close();
    workbench.removeAllListeners();
    this.#workbench = null;
    this.#live.clear();
    this.onTraining(false);
  }

  #open(): Workbench {
    if (this.#workbench === null) throw noWorkspace();
    return this.#workbench;
  }

  /** For all that reads or writes the workspace's files: its folder has to be there. */
  #there(): Workbench {
    const workbench = this.#open();
    checkThere(workbench.workspace);
    return workbench;
  }

  #part<T>(part: T | null): T {
    this.#there();
    if (part === null) throw noWorkspace();
    return part;
  }

  /** One reading at a time, with its progress told. */
  async #read<T>(
    read: (signal: AbortSignal, onProgress: (event: Progress) => void) => Promise<T>,
  ): Promise<T> {
    this.#reading?.abort();
    const controller = new AbortController();
    this.#reading = controller;
    try {
      return await read(controller.signal, ({ stage, done, total, unit, perSecond }) => {
        if (this.#reading === controller)
          this.#tell('dataset:progress', { stage, done, total, unit, perSecond });
      });
    } finally {
      if (this.#reading === controller) this.#reading = null;
    }
  }

  #queueChanged(): void {
    this.#tell('queue:changed', this.queue);
    this.onTraining(this.training);
  }

  #workerSaid(runId: string, event: WorkerEvent): void {
    this.#liveOf(runId).take(event);
    this.#tell('run:event', { runId, event });
    // The prediction for the whole queue grows better as this run goes on; its epochs are often enough to say so.
    if (event.type === 'epoch' || event.type === 'ratings-epoch') this.#tell('queue:changed', this.queue);
  }

  #liveOf(runId: string): LiveRunMemory {
    const known = this.#live.get(runId);
    if (known !== undefined) return known;
    const training = this.#open().queue.items.filter((item) => item.state === 'running');
    for (const id of this.#live.keys())
      if (!training.some((item) => item.runId === id)) this.#live.delete(id);
    const memory = new LiveRunMemory(runId);
    this.#live.set(runId, memory);
    return memory;
  }
}

function noWorkspace(): GranaryError {
  return new GranaryError('WORKSPACE_INVALID', 'No workspace is open.');
}
