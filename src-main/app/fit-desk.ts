import type { FitAnswer } from '../../shared/ipc/memory-views.ts';
import type { MachineReading } from '../../shared/machine.ts';
import type { FitQuestion } from '../../shared/records/memory-fit.ts';
import type { InvalidRun, PlannedRun } from '../scheduler/grid.ts';
import type { PlanningDevice } from '../scheduler/memory/device.ts';
import { questionOf } from '../scheduler/memory/fit-questions.ts';
import { MemoryFit } from '../scheduler/memory/fit.ts';
import { ForecastQueue } from '../scheduler/memory/forecast-queue.ts';
import { judgeFit } from '../scheduler/memory/judge.ts';
import { residentMb } from '../scheduler/memory/process-memory.ts';
import { RunJudge, withoutHopeless } from '../scheduler/memory/run-judge.ts';
import { deviceIn, machineMonitor } from '../scheduler/memory/this-machine.ts';
import { marginOf } from '../scheduler/workspace-settings.ts';

/** The window asks again when something was learnt; not for each of a dozen predictions a second. */
const TELL_MS = 250;
/** Nobody waits longer for runs to be queued. A network takes a second or two. */
const JUDGE_MS = 8000;

export interface FitDeskOptions {
  workspace: string;
  /** Processes that train here. */
  workers: () => readonly { pid: number }[];
  /** Something that was asked for is known now. */
  learnt: () => void;
  /** For tests. */
  fit?: MemoryFit;
  forecasts?: (learnt: ConstructorParameters<typeof ForecastQueue>[0]) => ForecastQueue;
  reading?: () => Promise<MachineReading>;
  judgeMs?: number;
}

/** How runs of a grid would fit, for a window that asks at each stroke of the keyboard: answers by what is known, and learns the rest behind. */
export class FitDesk {
  readonly #options: FitDeskOptions;
  readonly #fit: MemoryFit;
  readonly #forecasts: ForecastQueue;
  readonly #judge: RunJudge;
  #telling: NodeJS.Timeout | null = null;

  constructor(options: FitDeskOptions) {
    this.#options = options;
    const fit = options.fit ?? new MemoryFit();
    this.#fit = fit;
    const make = options.forecasts ?? ((learnt) => new ForecastQueue(learnt));
    this.#forecasts = make((forecast) => {
      fit.learn(forecast);
      this.#tell();
    });
    this.#judge = new RunJudge({
      ...{ workspace: options.workspace, fit },
      device: () => this.#device(),
    });
  }

  /**
   * Answers in their order, and has predicted what is missing, in their order too. What was asked for before and is not any more is
   * let go.
   */
  async answer(questions: readonly FitQuestion[]): Promise<FitAnswer[]> {
    const { workspace } = this.#options;
    const device = await this.#device();
    const around = { fit: this.#fit, device, margin: marginOf(workspace), workspace };
    const judged = questions.map(({ classes, ...config }) => {
      try {
        const { fit, missing } = judgeFit(config, { ...around, classes });
        const asked = { workspace, classes, device };
        return { fit, missing: missing === null ? null : questionOf(missing, asked) };
      } catch {
        // No such architecture: the preview says so.
        return { fit: null, missing: null };
      }
    });
    this.#forecasts.want(judged.flatMap(({ missing }) => missing ?? []));
    return judged.map(({ fit, missing }): FitAnswer => {
      if (fit !== null) return fit;
      return missing === null || this.#forecasts.failed(missing) ? 'unknown' : 'measuring';
    });
  }

  /**
   * Runs that are about to be queued, with those told apart that cannot fit. What was not predicted yet is predicted now, for so long
   * as one likes to wait; of the rest the launch tells.
   */
  readonly judge = async (runs: (PlannedRun | InvalidRun)[]): Promise<(PlannedRun | InvalidRun)[]> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => {
        this.#fit.stop();
        resolve(null);
      }, this.#options.judgeMs ?? JUDGE_MS);
    });
    try {
      // What was predicted by then is kept, and judged by.
      const fits =
        (await Promise.race([this.#judge.measured(runs), late])) ?? (await this.#judge.known(runs));
      return withoutHopeless(runs, fits);
    } finally {
      clearTimeout(timer);
    }
  };

  close(): void {
    this.#fit.stop();
    this.#forecasts.close();
    if (this.#telling !== null) clearTimeout(this.#telling);
  }

  /** What a run that is queued now will find: what is free, and what gives itself back when the runs that train have ended. */
  async #device(): Promise<PlanningDevice> {
    const reading = await (this.#options.reading ?? (() => machineMonitor().read()))();
    const device = deviceIn(reading, null);
    const card = reading.cards.find(({ name }) => device.kind === 'card' && name === device.name);
    const ownMb = this.#options.workers().reduce((sum, { pid }) => {
      const onCard = card?.processes.find((one) => one.pid === pid)?.usedMb ?? 0;
      return sum + (device.kind === 'card' ? onCard : (residentMb(pid) ?? 0));
    }, 0);
    return { ...device, freeMb: Math.min(device.totalMb, device.freeMb + ownMb) };
  }

  #tell(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = null;
      this.#options.learnt();
    }, TELL_MS);
  }
}
