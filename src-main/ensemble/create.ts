import { join } from 'node:path';
import { makeFolder } from '../files/make-folder.ts';
import { GranaryError } from '../../shared/errors.ts';
import { type Ensemble, ensembleSchema } from '../../shared/records/ensemble.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { writeJsonAtomic } from '../files/atomic.ts';
import { writeExport } from '../files/write-export.ts';
import { type ProbabilityTable, combine, listSome } from './combine.ts';
import { ensembleFigures } from './ensemble-figures.ts';
import { type Member, type ProbabilityKind, memberTable, readMembers } from './members.ts';
import { type SubmissionTemplate, formatSubmission, readTemplate } from './submission.ts';

export interface EnsembleRequest {
  workspace: string;
  runs: readonly string[];
  /** One vote's weight a run; null: all the same. */
  weights: readonly number[] | null;
  /** Targets to combine; null: all that every run predicts. */
  targets?: readonly string[] | null;
  probabilities: ProbabilityKind;
  /** Path of the sample submission; null: every test picture, sorted by id. */
  sampleSubmission: string | null;
  /** Where the submission goes; null: none is written. */
  out: string | null;
}

/**
 * Combines finished runs: the weighted mean of their probabilities by image id, judged on pictures that none trained on, and
 * written as a submission. The record goes to `workspace/ensembles/<id>.json`.
 * @throws GranaryError ENSEMBLE_*, SUBMISSION_INVALID, RUN_NOT_FOUND, RUN_NOT_FINISHED
 */
export async function createEnsemble(request: EnsembleRequest): Promise<Ensemble> {
  const members = await readMembers(request.workspace, request.runs, request.weights);
  const figures = ensembleFigures(members, request.targets ?? null, request.probabilities);
  const names = figures.targets.map(({ name }) => name);
  const text =
    request.out === null
      ? null
      : await submissionText(members, names, request.probabilities, request.sampleSubmission);
  if (request.out !== null && text !== null) writeExport(request.out, text);

  const created = new Date();
  const ensemble: Ensemble = ensembleSchema.parse({
    version: 1,
    id: `${created.toISOString().replace(/\D/g, '').slice(0, 17)}`,
    created: created.toISOString(),
    ...figures,
    submission: text === null ? null : { path: request.out!, rows: text.trim().split('\n').length - 1 },
  } satisfies Ensemble);
  const folder = join(request.workspace, layout.ensembles);
  makeFolder(folder);
  writeJsonAtomic(join(folder, `${ensemble.id}.json`), ensemble);
  return ensemble;
}

/**
 * The submission of an ensemble as CSV text.
 * @param sampleSubmission path of the file whose order and columns are kept; null: every test picture, sorted by id
 * @throws GranaryError ENSEMBLE_IMAGES_DIFFER, ENSEMBLE_CLASSES_DIFFER, SUBMISSION_INVALID
 */
export async function submissionText(
  members: readonly Member[],
  targets: readonly string[],
  kind: ProbabilityKind,
  sampleSubmission: string | null,
): Promise<string> {
  const without = members
    .filter((member) => member.predictions.sets.test === undefined)
    .map((member) => member.run);
  if (without.length > 0) {
    throw new GranaryError(
      'ENSEMBLE_IMAGES_DIFFER',
      `There is nothing to submit: ${listSome(without)} had no test pictures.`,
      'Put the test pictures in the dataset’s test folder and train again, or leave --out away.',
    );
  }
  const predictions = new Map<string, ProbabilityTable>();
  for (const target of targets) {
    const tables = members.map((member) => ({
      name: member.run,
      weight: member.weight,
      table: memberTable(member, 'test', target, kind)!,
    }));
    predictions.set(target, combine(tables));
  }
  const template: SubmissionTemplate =
    sampleSubmission === null
      ? {
          idColumn: 'image_id',
          targetColumns: [...predictions.keys()],
          ids: [...[...predictions.values()][0]!.ids].sort(),
        }
      : await readTemplate(sampleSubmission);
  return formatSubmission(template, predictions);
}
