import { join } from 'node:path';
import { GranaryError, toErrorPayload } from '../../shared/errors.ts';
import type { EnsembleDraft, EnsembleMember, SubmissionPreview } from '../../shared/ipc/views.ts';
import type { EnsembleFigures } from '../../shared/records/ensemble.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { statOrNull } from '../files/stat.ts';
import { storedSampleSubmission } from '../runs/manifest-store.ts';
import { runFolder } from '../runs/run-writer.ts';
import { submissionText } from './create.ts';
import { ensembleFigures, ownErrorRate } from './ensemble-figures.ts';
import { type Member, type ProbabilityKind, readMember } from './members.ts';
import { sharedTargets } from './shared-targets.ts';

/** Runs whose predictions are kept in memory: 1,041 hold-out and 3,469 test pictures of 10 classes are half a megabyte each. */
const KEPT = 64;
const PREVIEW_ROWS = 12;

/**
 * An ensemble while it is being tried: predictions are read once a run, and each set of weights costs only the arithmetic, by
 * the same function that `granary ensemble` judges with.
 */
export class EnsembleBench {
  readonly workspace: string;
  readonly #kept = new Map<string, { mark: string; member: Member }>();

  constructor(workspace: string) {
    this.workspace = workspace;
  }

  /** Each run with its own figures, or why it cannot take part. */
  async members(runs: readonly string[]): Promise<EnsembleMember[]> {
    return Promise.all(
      runs.map(async (run): Promise<EnsembleMember> => {
        try {
          return describe(await this.#member(run));
        } catch (error) {
          const { code, message, fix } = toErrorPayload(error);
          return {
            run,
            problem: { code, message, ...(fix === undefined ? {} : { fix }) },
            targets: [],
            hasTest: false,
          };
        }
      }),
    );
  }

  /**
   * What the members come to together.
   * @throws GranaryError ENSEMBLE_*, RUN_NOT_FOUND, RUN_NOT_FINISHED, RUN_CORRUPT
   */
  async figures({ runs, weights, targets, probabilities }: EnsembleDraft): Promise<EnsembleFigures> {
    return ensembleFigures(await this.#weighted(runs, weights), targets, probabilities);
  }

  /** The submission's first rows, how many there are, and how often each class is told. */
  async preview(draft: EnsembleDraft): Promise<SubmissionPreview> {
    const { text, sample } = await this.#submission(draft);
    const [head = '', ...rows] = text.trim().split('\n');
    return { head, rows: rows.slice(0, PREVIEW_ROWS), total: rows.length, sample };
  }

  /** Path of the sample submission of the members' dataset; null where it has none. */
  async sampleOf(run: string): Promise<string | null> {
    return storedSampleSubmission(this.workspace, (await this.#member(run)).header.datasetHash);
  }

  async #submission(draft: EnsembleDraft): Promise<{ text: string; sample: string | null }> {
    const members = await this.#weighted(draft.runs, draft.weights);
    const { targets } = sharedTargets(members, draft.targets);
    const sample = await this.sampleOf(draft.runs[0]!);
    const names = targets.map(({ name }) => name);
    return { text: await submissionText(members, names, draft.probabilities, sample), sample };
  }

  async #weighted(runs: readonly string[], weights: readonly number[]): Promise<Member[]> {
    if (runs.length === 0 || runs.length !== weights.length)
      throw new GranaryError(
        'ENSEMBLE_EMPTY',
        'No run has a weight above 0.',
        'Give at least one run a weight.',
      );
    const members = await Promise.all(runs.map((run) => this.#member(run)));
    return members.map((member, index) => ({ ...member, weight: weights[index]! }));
  }

  async #member(run: string): Promise<Member> {
    const path = join(runFolder(this.workspace, run), layout.run.predictions);
    const stat = statOrNull(path);
    const mark = stat === null ? '-' : `${stat.size}/${stat.mtimeMs}`;
    const kept = this.#kept.get(run);
    if (kept?.mark === mark) return kept.member;
    const member = await readMember(this.workspace, run, 1);
    this.#kept.delete(run);
    this.#kept.set(run, { mark, member });
    if (this.#kept.size > KEPT) this.#kept.delete([...this.#kept.keys()][0]!);
    return member;
  }
}

/** A member's own error rates on the hold-out; on its own validation pictures where it kept none. */
function describe(member: Member): EnsembleMember {
  const rate = (target: string, kind: ProbabilityKind): number | null =>
    ownErrorRate(member, 'holdout', target, kind) ?? ownErrorRate(member, 'valid', target, kind);
  const { sets, targets } = member.predictions;
  const hasTta = (sets.holdout ?? sets.valid)?.tta != null;
  return {
    run: member.run,
    problem: null,
    targets: targets.map(({ name, classes }) => ({
      name,
      classes: classes.length,
      judgedOn: sets.holdout === undefined ? 'valid' : 'holdout',
      plain: rate(name, 'plain'),
      tta: hasTta ? rate(name, 'tta') : null,
    })),
    hasTest: sets.test !== undefined,
  };
}
