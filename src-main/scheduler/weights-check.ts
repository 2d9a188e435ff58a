import { join } from 'node:path';
import { architecture } from '../../shared/architectures/index.ts';
import { type ErrorPayload, fromErrorPayload } from '../../shared/errors.ts';
import type { WeightsQuestion } from '../../shared/ipc/weights.ts';
import { parseWeightsChoice } from '../../shared/weights-choice.ts';
import { layout } from '../../shared/workspace-layout.ts';
import type { QueueItem } from '../../shared/records/queue.ts';
import { statOrNull } from '../files/stat.ts';
import { checkpointMark } from '../runs/checkpoint-file.ts';
import { runFolder } from '../runs/run-writer.ts';
import { anew } from './duplicate.ts';
import type { InvalidRun, PlannedRun } from './grid.ts';
import type { AnyPlanned } from './planned.ts';
import { type JobOptions, startJob } from './supervisor.ts';

type Planned = PlannedRun | InvalidRun;

/** Tells runs whose weights cannot be their architecture's before they are queued; what was found out once is remembered. */
export class WeightsCheck {
  readonly #workspace: string;
  readonly #job: JobOptions | undefined;
  /** By question, with the file's time and size in it: an exchanged file is asked about anew. */
  readonly #known = new Map<string, ErrorPayload | null>();
  /** One worker at a time: a form asks at each keystroke. */
  #last: Promise<void> = Promise.resolve();

  constructor(workspace: string, job: JobOptions | undefined) {
    this.#workspace = workspace;
    this.#job = job;
  }

  /** The same runs, those with weights that do not fit turned into runs that cannot be trained. */
  async mark(planned: readonly Planned[]): Promise<Planned[]> {
    const asked = planned.map((run) => ('error' in run ? null : this.#question(run)));
    if (asked.some((one) => one !== null)) {
      this.#last = this.#last.then(() => this.#ask(asked.flatMap((one) => one ?? [])));
      await this.#last;
    }
    return planned.map((run, index) => {
      const key = asked[index]?.key;
      const error = key === undefined ? null : (this.#known.get(key) ?? null);
      return error === null ? run : { ...run, error };
    });
  }

  /**
   * Looks at one run that is about to be queued without a grid.
   * @throws GranaryError WEIGHTS_NOT_FOUND, WEIGHTS_MISMATCH and the like, when it could not start from its weights
   */
  async confirm(run: AnyPlanned): Promise<void> {
    if (run.kind === 'ratings') return;
    const [marked] = await this.mark([run]);
    if ('error' in marked!) throw fromErrorPayload(marked.error);
  }

  /**
   * Looks at runs that are to go on where they were: null for each that can. A checkpoint has all weights, so that only a run
   * without one starts from others.
   */
  async problems(runs: readonly QueueItem[]): Promise<(ErrorPayload | null)[]> {
    const afresh = runs.map((run) =>
      checkpointMark(runFolder(this.#workspace, run.runId)) === null ? anew(run) : null,
    );
    const marked = await this.mark(
      afresh.flatMap((run) => (run === null || run.kind === 'ratings' ? [] : [run])),
    );
    return afresh.map((run) => {
      if (run === null || run.kind === 'ratings') return null;
      const found = marked.shift()!;
      return 'error' in found ? found.error : null;
    });
  }

  /**
   * The same of one run.
   * @throws GranaryError as {@link confirm}
   */
  async confirmGoingOn(run: QueueItem): Promise<void> {
    const [problem] = await this.problems([run]);
    if (problem != null) throw fromErrorPayload(problem);
  }

  async #ask(asked: readonly { key: string; question: WeightsQuestion }[]): Promise<void> {
    const open = new Map(asked.filter(({ key }) => !this.#known.has(key)).map((one) => [one.key, one]));
    if (open.size === 0) return;
    const questions = [...open.values()].map(({ question }) => question);
    const job = startJob({ type: 'check-weights', workspace: this.#workspace, questions }, () => undefined, {
      ...this.#job,
      logPath: undefined,
    });
    try {
      const { problems } = await job.result;
      [...open.keys()].forEach((key, index) => this.#known.set(key, problems[index] ?? null));
    } catch {
      // A worker that cannot start says nothing of the weights: the run itself will tell what is wrong.
    }
  }

  /** Null where nothing is to be compared: weights from the hub are those of the architecture. */
  #question({ config }: PlannedRun): { key: string; question: WeightsQuestion } | null {
    const choice = parseWeightsChoice(config.weights);
    if (choice.type === 'auto' || choice.type === 'none') return null;
    const path =
      choice.type === 'file'
        ? choice.path
        : join(this.#workspace, layout.runs, choice.id, layout.run.weights);
    const stat = statOrNull(path);
    const question = { arch: architecture(config.arch).id, size: config.size, weights: config.weights };
    return { key: JSON.stringify([question, stat?.mtimeMs, stat?.size]), question };
  }
}
