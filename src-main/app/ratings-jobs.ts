import { join } from 'node:path';
import type { NewsName } from '../../shared/ipc/channel-names.ts';
import type { News } from '../../shared/ipc/channels.ts';
import type { RatingsLook, RatingsSummary } from '../../shared/ipc/recommender-views.ts';
import type { JobResult, WorkerEvent } from '../../shared/ipc/job.ts';
import type { RatingsManifest, RatingsOptions } from '../../shared/records/ratings.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { type RunningJob, startJob } from '../scheduler/supervisor.ts';
import { SampleDrawer } from './sample-drawer.ts';

/** MovieLens-100k's shape: what the lesson trains on. */
const sample = { users: 943, items: 1682, ratings: 100_000, seed: 1 };

/** The window's reading of ratings files, one at a time, each in a worker. */
export class RatingsJobs {
  readonly #workspace: string;
  readonly #tell: <N extends NewsName>(name: N, payload: News<N>) => void;
  #reading: Pick<RunningJob<'collab-inspect'>, 'stop' | 'kill'> | null = null;
  readonly #samples = new SampleDrawer();

  constructor(workspace: string, tell: <N extends NewsName>(name: N, payload: News<N>) => void) {
    this.#workspace = workspace;
    this.#tell = tell;
  }

  /** Says of each path whether it is ratings, by its name and first lines. */
  async look(paths: string[], options: RatingsOptions = {}): Promise<RatingsLook[]> {
    return (await startJob({ type: 'collab-look', paths, options }).result).looks;
  }

  /**
   * Reads and checks a ratings file; a second call stops the first.
   * @throws GranaryError of the reader; CANCELLED
   */
  async inspect(path: string, options: RatingsOptions): Promise<RatingsSummary> {
    const question = { type: 'collab-inspect' as const, ratings: path, options, workspace: this.#workspace };
    const { manifest } = await this.#read((heard) => startJob(question, heard));
    return { ...manifest, options, columns: columnsOf(manifest) };
  }

  /** Draws the sample into the workspace, unless it is there already. Returns the path of its ratings file. */
  async drawSample(): Promise<string> {
    const dest = join(this.#workspace, layout.samples, 'films');
    this.#reading?.stop();
    await this.#samples.into(dest, 'truth.json', () =>
      this.#read((heard) => startJob({ type: 'collab-sample', dest, ...sample }, heard)),
    );
    return join(dest, 'u.data');
  }

  /** Writes the best items for every user to a CSV file; several runs predict their mean. */
  writeTop(runIds: string[], n: number, out: string): Promise<JobResult<'collab-top'>> {
    const workspace = this.#workspace;
    return this.#read((heard) => startJob({ type: 'collab-top', workspace, runIds, n, out }, heard));
  }

  stop(): void {
    this.#reading?.stop();
  }

  close(): void {
    this.#reading?.kill();
  }

  async #read<T extends 'collab-inspect' | 'collab-sample' | 'collab-top'>(
    start: (heard: (event: WorkerEvent) => void) => RunningJob<T>,
  ): Promise<JobResult<T>> {
    this.#reading?.stop();
    const job: RunningJob<T> = start((event) => {
      if (event.type !== 'progress' || this.#reading !== job) return;
      const { stage, done, total, unit, perSecond } = event;
      this.#tell('ratings:progress', { stage, done, total, unit, perSecond });
    });
    this.#reading = job;
    try {
      return await job.result;
    } finally {
      if (this.#reading === job) this.#reading = null;
    }
  }
}

function columnsOf({ format }: RatingsManifest): RatingsSummary['columns'] {
  const roles = ['user', 'item', 'rating', 'time'] as const;
  return format.columns.map((name, c) => ({
    name,
    role: roles.find((role) => format[role] === name) ?? 'ignore',
    examples: format.examples[c] ?? [],
  }));
}
