import { ask } from '../api/granary.ts';
import type { Disagreements, PredictionChoice, RunConfusion, RunRow } from '../../shared/ipc/views.ts';
import type { RunCurves } from '../../shared/run-table/curves.ts';
import { ALL_TARGETS } from '../../shared/run-table/figures.ts';
import { distinct, setOf } from './collections.ts';
import type { CurveShelf } from './curve-shelf.ts';
import { faultOf, type Fault } from './fault.ts';

/** More matrices than this fit on no screen. */
export const MOST_MATRICES = 8;
const MOST_PICTURES = 200;

/** Runs side by side: what is read of them for the compare view. */
export class CompareState {
  rows = $state.raw<readonly RunRow[]>([]);
  target = $state('');
  pictures = $state<PredictionChoice['pictures']>('holdout');
  probabilities = $state<PredictionChoice['probabilities']>('plain');
  curves = $state.raw<RunCurves[]>([]);
  confusions = $state.raw<RunConfusion[] | null>(null);
  disagreements = $state.raw<Disagreements | null>(null);
  fault = $state.raw<Fault | null>(null);
  confusionFault = $state.raw<Fault | null>(null);
  disagreementFault = $state.raw<Fault | null>(null);
  readonly #shelf: CurveShelf;
  #asked = 0;
  /** The newest questions for curves that were asked, and whose answer is shown. */
  #askedCurves = 0;
  #shownCurves = 0;

  readonly targets = $derived(
    distinct(this.rows.flatMap((row) => row.targets.map(({ target }) => target))).filter(
      (target) => target !== ALL_TARGETS,
    ),
  );
  readonly finished = $derived(this.rows.filter(({ state }) => state === 'finished'));
  /** Those that have classes of pictures to be confused. */
  readonly classifiers = $derived(this.finished.filter(({ kind }) => kind === 'pictures'));

  constructor(shelf: CurveShelf) {
    this.#shelf = shelf;
  }

  /** What is compared; a run that goes on is read anew when its row changes, and nothing when only others' rows do. */
  show(rows: readonly RunRow[]): void {
    if (sameRows(rows, this.rows)) return;
    const before = { judged: this.classifiers, target: this.target };
    this.rows = rows;
    // What was read of a run that was taken out goes with it: it has no name and no colour any more.
    const ids = setOf(rows.map(({ id }) => id));
    this.curves = this.curves.filter(({ run }) => ids.has(run));
    this.confusions = this.confusions?.filter(({ run }) => ids.has(run)) ?? null;
    if (this.disagreements?.runs.some((run) => !ids.has(run))) this.disagreements = null;
    if (!this.targets.includes(this.target)) this.target = this.targets[0] ?? '';
    void this.#readCurves();
    // One that goes on has no predictions yet: those of the others stay.
    if (!sameRows(before.judged, this.classifiers) || before.target !== this.target)
      void this.readPredictions();
  }

  async #readCurves(): Promise<void> {
    const asked = ++this.#askedCurves;
    try {
      const curves = await this.#shelf.of(this.rows);
      // Of a run that goes on there may be news before each answer: what is newer than what is shown is shown.
      if (asked < this.#shownCurves) return;
      this.#shownCurves = asked;
      // Others may have been chosen meanwhile.
      const ids = setOf(this.rows.map(({ id }) => id));
      this.curves = curves.filter(({ run }) => ids.has(run));
      this.fault = null;
    } catch (error) {
      if (asked === this.#askedCurves) this.fault = faultOf(error);
    }
  }

  /** Confusions and disagreements of the finished ones, for the target and pictures that are chosen. */
  async readPredictions(): Promise<void> {
    const asked = ++this.#asked;
    const runIds = this.classifiers.map(({ id }) => id);
    if (runIds.length === 0 || this.target === '') {
      this.confusions = this.disagreements = this.confusionFault = this.disagreementFault = null;
      return;
    }
    const { target, pictures, probabilities } = this;
    const choice = { target, pictures, probabilities };
    const [confusions, disagreements] = await Promise.all([
      outcome(ask('compare:confusions', { runIds: runIds.slice(0, MOST_MATRICES), choice })),
      outcome(
        runIds.length < 2 ? null : ask('compare:disagreements', { runIds, choice, limit: MOST_PICTURES }),
      ),
    ]);
    if (asked !== this.#asked) return;
    [this.confusions, this.confusionFault] = confusions;
    [this.disagreements, this.disagreementFault] = disagreements;
  }
}

/** An answer, or why there is none. */
async function outcome<T>(answer: T | Promise<T>): Promise<[T, null] | [null, Fault]> {
  try {
    return [await answer, null];
  } catch (error) {
    return [null, faultOf(error)];
  }
}

/** Whether they are the same rows: one that has changed is another object. */
function sameRows(a: readonly RunRow[], b: readonly RunRow[]): boolean {
  return a.length === b.length && a.every((row, place) => row === b[place]);
}
