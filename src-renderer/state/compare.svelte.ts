import { ask } from '../api/granary.ts';
import type { Disagreements, PredictionChoice, RunConfusion, RunRow } from '../../shared/ipc/views.ts';
import type { RunCurves } from '../../shared/run-table/curves.ts';
import { ALL_TARGETS } from '../../shared/run-table/figures.ts';
import { distinct } from './collections.ts';
import { faultOf, type Fault } from './fault.ts';

/** More curves than this nobody tells apart; what is beyond is said. */
export const MOST_CURVES = 40;
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
  disagreementFault = $state.raw<Fault | null>(null);
  #asked = 0;

  readonly targets = $derived(
    distinct(this.rows.flatMap((row) => row.targets.map(({ target }) => target))).filter(
      (target) => target !== ALL_TARGETS,
    ),
  );
  readonly finished = $derived(this.rows.filter(({ state }) => state === 'finished'));
  /** Those that have classes of pictures to be confused. */
  readonly classifiers = $derived(this.finished.filter(({ kind }) => kind === 'pictures'));

  /** What is compared; a run that goes on is read anew when its row changes. */
  show(rows: readonly RunRow[]): void {
    this.rows = rows;
    // What was read of a run that was taken out goes with it: it has no name and no colour any more.
    const compared = ({ run }: { run: string }): boolean => rows.some(({ id }) => id === run);
    this.curves = this.curves.filter(compared);
    this.confusions = this.confusions?.filter(compared) ?? null;
    if (!this.targets.includes(this.target)) this.target = this.targets[0] ?? '';
    void this.#readCurves();
    void this.readPredictions();
  }

  async #readCurves(): Promise<void> {
    const { rows } = this;
    try {
      const runIds = rows.slice(0, MOST_CURVES).map(({ id }) => id);
      const curves = await ask('compare:curves', { runIds });
      // Others may have been chosen meanwhile.
      if (rows !== this.rows) return;
      this.curves = curves;
      this.fault = null;
    } catch (error) {
      if (rows === this.rows) this.fault = faultOf(error);
    }
  }

  /** Confusions and disagreements of the finished ones, for the target and pictures that are chosen. */
  async readPredictions(): Promise<void> {
    const asked = ++this.#asked;
    const runIds = this.classifiers.map(({ id }) => id);
    if (runIds.length === 0 || this.target === '') {
      this.confusions = null;
      this.disagreements = null;
      return;
    }
    const { target, pictures, probabilities } = this;
    const choice = { target, pictures, probabilities };
    const [confusions, disagreements] = await Promise.all([
      ask('compare:confusions', { runIds: runIds.slice(0, MOST_MATRICES), choice }),
      runIds.length < 2
        ? null
        : ask('compare:disagreements', { runIds, choice, limit: MOST_PICTURES }).catch(faultOf),
    ]);
    if (asked !== this.#asked) return;
    this.confusions = confusions;
    this.disagreements = disagreements !== null && 'rows' in disagreements ? disagreements : null;
    this.disagreementFault = disagreements !== null && 'code' in disagreements ? disagreements : null;
  }
}
