import { givenPath } from '../files/paths.ts';
import type { WorkerEvent } from '../../shared/ipc/job.ts';
import type { DatasetOptions, Manifest } from '../../shared/records/dataset.ts';
import type { Grid } from '../../shared/records/grid.ts';
import { abortable } from './abortable.ts';
import type { GridDataset } from './grid.ts';
import { type JobOptions, startJob } from './supervisor.ts';

type ProgressEvent = Extract<WorkerEvent, { type: 'progress' }>;

/** Reads datasets in workers, and remembers what was read. */
export class DatasetReader {
  readonly #workspace: string;
  readonly #job: JobOptions | undefined;
  readonly #manifests = new Map<string, Manifest>();

  constructor(workspace: string, job: JobOptions | undefined) {
    this.#workspace = workspace;
    this.#job = job;
  }

  /** @throws GranaryError the worker's; CANCELLED when `signal` stopped it */
  async inspect(
    dataset: string,
    options: DatasetOptions,
    onProgress: (event: ProgressEvent) => void = () => undefined,
    signal?: AbortSignal,
  ): Promise<Manifest> {
    const path = givenPath(dataset);
    const job = startJob(
      { type: 'inspect', dataset: path, options, workspace: this.#workspace },
      (event) => {
        if (event.type === 'progress') onProgress(event);
      },
      { ...this.#job, logPath: undefined },
    );
    const { manifest } = await abortable(job, signal);
    this.#manifests.set(keyOf(path, options), manifest);
    return manifest;
  }

  /**
   * The dataset as a grid needs it: read, and with the columns for targets that the grid asks for.
   * @throws GranaryError as {@link inspect}
   */
  async readFor(dataset: GridDataset, grid: Grid): Promise<GridDataset> {
    const path = givenPath(dataset.path);
    const { options } = dataset;
    const manifest =
      dataset.manifest ?? this.#manifests.get(keyOf(path, options)) ?? (await this.inspect(path, options));
    const further = columnsToRead(manifest, grid);
    if (further.length > 0 && options.targetColumns === undefined) {
      const targetColumns = [...manifest.targets.map((target) => target.name), ...further];
      return this.readFor({ path, options: { ...options, targetColumns }, manifest: null }, grid);
    }
    return { path, options, manifest };
  }
}

/** Columns that a grid wants to train on and that nobody took for a target: asking for one makes it one. */
function columnsToRead(manifest: Pick<Manifest, 'targets' | 'columns'>, grid: Grid): string[] {
  const taken = manifest.targets.map((target) => target.name);
  const columns = manifest.columns?.map((column) => column.name) ?? [];
  const wanted = [grid.defaults, ...grid.blocks].flatMap((block) => block?.targets?.flat() ?? []);
  return [...new Set(wanted)].filter((name) => !taken.includes(name) && columns.includes(name));
}

function keyOf(path: string, options: DatasetOptions): string {
  return JSON.stringify([path, options]);
}
