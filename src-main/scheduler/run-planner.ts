import type { Grid } from '../../shared/records/grid.ts';
import type { RatingsGrid } from '../../shared/records/ratings-grid.ts';
import { DatasetReader } from './dataset-reader.ts';
import { settleGridWeights } from './grid-weights.ts';
import { type GridDataset, type InvalidRun, type PlannedRun, planGrid } from './grid.ts';
import type { AnyMeasured } from './measured-run.ts';
import { measuredRuns } from './measured-runs.ts';
import { withoutTooLarge } from './memory/ratings-fit.ts';
import { secondsOf, secondsOfAll } from './queue-eta.ts';
import {
  type InvalidRatings,
  type PlannedRatings,
  type RatingsSource,
  planRatingsGrid,
} from './ratings-grid.ts';
import type { JobOptions } from './supervisor.ts';
import { WeightsCheck } from './weights-check.ts';

/** The runs that grids and sweeps make in a workspace, before any of them is queued: what they train on, start from and will take. */
export class RunPlanner {
  readonly datasets: DatasetReader;
  readonly weights: WeightsCheck;
  readonly #workspace: string;
  #measured: Promise<AnyMeasured[]> | null = null;

  constructor(workspace: string, job: JobOptions | undefined) {
    this.#workspace = workspace;
    this.datasets = new DatasetReader(workspace, job);
    this.weights = new WeightsCheck(workspace, job);
  }

  /**
   * The runs of a grid, those that cannot be trained with the reason. A dataset that was not read yet is read first.
   * @throws GranaryError as {@link planGrid} and {@link DatasetReader.inspect}
   */
  async plan(dataset: GridDataset, wanted: Grid): Promise<(PlannedRun | InvalidRun)[]> {
    const grid = await settleGridWeights(wanted, this.#workspace);
    return this.weights.mark(planGrid(grid, await this.datasets.readFor(dataset, grid)));
  }

  /**
   * {@link plan}, and the seconds that each of those will take which can be trained, null while nothing has been measured.
   */
  async preview(
    dataset: GridDataset,
    grid: Grid,
  ): Promise<{ runs: (PlannedRun | InvalidRun)[]; seconds: (number | null)[] }> {
    const runs = await this.plan(dataset, grid);
    const measured = await this.past();
    const seconds = runs.map((run) => ('error' in run ? null : secondsOf(run, measured)));
    return { runs, seconds };
  }

  /**
   * The recommenders of a sweep as {@link preview}, and the seconds that those take together which can be trained, null while nothing
   * like them has been measured.
   * @throws GranaryError as {@link planRatingsGrid}
   */
  async previewRatings(
    source: RatingsSource,
    grid: RatingsGrid,
  ): Promise<{ runs: (PlannedRatings | InvalidRatings)[]; seconds: number | null }> {
    const runs = await withoutTooLarge(planRatingsGrid(grid, source), this.#workspace);
    const valid = runs.filter((run) => !('error' in run));
    return { runs, seconds: secondsOfAll(valid, await this.past()) };
  }

  /** What runs of earlier days took, read anew when one has ended: a preview asks at each stroke of the keyboard. */
  past(): Promise<AnyMeasured[]> {
    this.#measured ??= measuredRuns(this.#workspace);
    return this.#measured;
  }

  /** A run has ended. */
  forgetPast(): void {
    this.#measured = null;
  }
}
