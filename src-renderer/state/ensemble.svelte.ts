import { ask } from '../api/granary.ts';
import type { EnsembleDraft, EnsembleMember, SubmissionPreview } from '../../shared/ipc/views.ts';
import type { Ensemble, EnsembleFigures } from '../../shared/records/ensemble.ts';
import { distinct } from './collections.ts';
import { faultOf, type Fault } from './fault.ts';

/** The ensemble on the bench: which runs, how much each counts, and what they come to together. */
export class EnsembleState {
  /** Ids in the order in which they were chosen. */
  runs = $state.raw<readonly string[]>([]);
  /** By run id; 0 leaves a run out without taking it away. */
  weights = $state.raw<Readonly<Record<string, number>>>({});
  probabilities = $state<'plain' | 'tta'>('tta');
  members = $state.raw<Readonly<Record<string, EnsembleMember | undefined>>>({});
  figures = $state.raw<EnsembleFigures | null>(null);
  /** Why these runs cannot be combined. */
  fault = $state.raw<Fault | null>(null);
  preview = $state.raw<SubmissionPreview | null>(null);
  previewFault = $state.raw<Fault | null>(null);
  kept = $state.raw<Ensemble[]>([]);
  /** Milliseconds from the last change to its figures, for those who measure. */
  tookMs = $state<number | null>(null);
  /** How many changes have been judged since the app's start. */
  judged = $state(0);

  #changedAt = 0;
  #asking = false;
  #stale = false;

  /** Runs whose predictions could be read and whose weight is above 0. */
  readonly voting = $derived(
    this.runs.filter((run) => this.members[run]?.problem === null && this.weightOf(run) > 0),
  );
  readonly hasTest = $derived(
    this.voting.length > 0 && this.voting.every((run) => this.members[run]?.hasTest === true),
  );

  weightOf(run: string): number {
    return this.weights[run] ?? 1;
  }

  /** Puts runs on the bench; those that were there and stay keep their weights. */
  choose(runs: readonly string[]): void {
    this.runs = distinct(runs);
    void this.load();
  }

  toggle(run: string): void {
    this.choose(this.runs.includes(run) ? this.runs.filter((one) => one !== run) : [...this.runs, run]);
  }

  setWeight(run: string, weight: number): void {
    if (!Number.isFinite(weight) || weight < 0) return;
    this.weights = { ...this.weights, [run]: Math.min(1e6, weight) };
    this.changed();
  }

  /** Reads the runs that were not read yet, or whose reading failed. */
  async load(): Promise<void> {
    const unread = this.runs.filter((run) => this.members[run]?.problem !== null);
    if (unread.length > 0) {
      const read = await ask('ensemble:members', { runIds: [...unread] });
      this.members = { ...this.members, ...Object.fromEntries(read.map((member) => [member.run, member])) };
    }
    this.changed();
  }

  async loadKept(): Promise<void> {
    this.kept = await ask('ensemble:list');
  }

  /** An ensemble that was kept is put on the bench again. */
  reopen(ensemble: Ensemble): void {
    this.weights = Object.fromEntries(ensemble.members.map(({ run, weight }) => [run, weight]));
    this.probabilities = ensemble.probabilities;
    this.choose(ensemble.members.map(({ run }) => run));
  }

  /** Works the figures out anew. While an answer is under way only the newest weights are asked for next. */
  changed(): void {
    this.#changedAt = performance.now();
    this.preview = null;
    this.previewFault = null;
    if (this.#asking) this.#stale = true;
    else void this.#ask();
  }

  draft(): EnsembleDraft | null {
    const runs = [...this.voting];
    if (runs.length === 0) return null;
    const weights = runs.map((run) => this.weightOf(run));
    return { runs, weights, targets: null, probabilities: this.probabilities };
  }

  async showPreview(): Promise<void> {
    const draft = this.draft();
    if (draft === null) return;
    try {
      this.preview = await ask('ensemble:preview', draft);
      this.previewFault = null;
    } catch (error) {
      this.previewFault = faultOf(error);
    }
  }

  /** Null when the user thought better of it. */
  async save(submission: boolean): Promise<Ensemble | null> {
    const draft = this.draft();
    if (draft === null) return null;
    const saved = await ask('ensemble:save', { draft, submission });
    if (saved !== null) await this.loadKept();
    return saved;
  }

  reset(): void {
    this.runs = [];
    this.weights = {};
    this.members = {};
    this.figures = null;
    this.fault = null;
    this.preview = null;
    this.kept = [];
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    try {
      do {
        this.#stale = false;
        const since = this.#changedAt;
        const draft = this.draft();
        try {
          this.figures = draft === null ? null : await ask('ensemble:figures', draft);
          this.fault = null;
          this.tookMs = performance.now() - since;
          this.judged++;
        } catch (error) {
          this.figures = null;
          this.fault = faultOf(error);
        }
      } while (this.#stale);
    } finally {
      this.#asking = false;
    }
  }
}
