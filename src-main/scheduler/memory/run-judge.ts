import type { RunFit } from '../../../shared/records/memory-fit.ts';
import type { InvalidRun, PlannedRun } from '../grid.ts';
import { marginOf } from '../workspace-settings.ts';
import type { PlanningDevice } from './device.ts';
import { classesOf, questionOf } from './fit-questions.ts';
import { MemoryFit } from './fit.ts';
import { type JudgeAround, type Judgement, judgeFit } from './judge.ts';
import { refusalOf } from './refusal.ts';
import { deviceNow } from './this-machine.ts';

export interface RunJudgeOptions {
  workspace: string;
  /** For tests: other answers than this machine's. */
  fit?: Pick<MemoryFit, 'known' | 'forecasts'>;
  device?: () => Promise<PlanningDevice>;
}

/** Judges runs of a grid before they are queued. What cannot be told is null, and keeps no run from being queued. */
export class RunJudge {
  readonly #workspace: string;
  readonly #fit: Pick<MemoryFit, 'known' | 'forecasts'>;
  readonly #device: () => Promise<PlanningDevice>;

  constructor({ workspace, fit, device }: RunJudgeOptions) {
    this.#workspace = workspace;
    this.#fit = fit ?? new MemoryFit();
    this.#device = device ?? (() => deviceNow(null));
  }

  /** By what is known already; at once. */
  async known(runs: readonly (PlannedRun | InvalidRun)[]): Promise<(RunFit | null)[]> {
    try {
      return (await this.#judge(runs)).map(({ fit }) => fit);
    } catch {
      return runs.map(() => null);
    }
  }

  /**
   * The same after all predictions that are missing were made, in a worker.
   * @param onProgress networks that were predicted, and how many there are
   */
  async measured(
    runs: readonly (PlannedRun | InvalidRun)[],
    onProgress?: (done: number, total: number) => void,
  ): Promise<(RunFit | null)[]> {
    try {
      for (;;) {
        const [judged, device] = [await this.#judge(runs), await this.#device()];
        const missing = judged.flatMap(({ missing, classes }) =>
          missing === null ? [] : [questionOf(missing, { workspace: this.#workspace, classes, device })],
        );
        if (missing.length === 0) return judged.map(({ fit }) => fit);
        await this.#fit.forecasts(missing, onProgress);
      }
    } catch {
      return await this.known(runs);
    }
  }

  async #judge(runs: readonly (PlannedRun | InvalidRun)[]): Promise<(Judgement & { classes: number[] })[]> {
    const around: Omit<JudgeAround, 'classes'> = {
      fit: this.#fit,
      device: await this.#device(),
      margin: marginOf(this.#workspace),
      workspace: this.#workspace,
    };
    const known = new Map<string, number[]>();
    return runs.map((run) => {
      if ('error' in run) return { fit: null, missing: null, classes: [] };
      const { config } = run;
      // A dataset's manifest may be long: read once.
      const key = JSON.stringify([config.dataset, config.targets]);
      const classes = known.get(key) ?? classesOf(config, this.#workspace);
      known.set(key, classes);
      return { ...judgeFit(config, { ...around, classes }), classes };
    });
  }
}

/** A plan with those runs told apart that cannot fit, to be kept as skipped with the reason. */
export function withoutHopeless(
  planned: readonly (PlannedRun | InvalidRun)[],
  fits: readonly (RunFit | null)[],
): (PlannedRun | InvalidRun)[] {
  return planned.map((run, i) => {
    const fit = fits[i];
    if ('error' in run || fit?.state !== 'cannot') return run;
    const error = refusalOf(run.config, fit.plan, null);
    return { ...run, error: { ...error, fix: fit.fix ?? error.fix } };
  });
}
