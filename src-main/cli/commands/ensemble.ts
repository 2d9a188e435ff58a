import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { GranaryError } from '../../../shared/errors.ts';
import type { Ensemble } from '../../../shared/records/ensemble.ts';
import { createEnsemble } from '../../ensemble/create.ts';
import { listEnsembles } from '../../ensemble/list.ts';
import { workspacePath } from '../../files/paths.ts';
import { percent } from '../../report/html.ts';
import { storedSampleSubmission } from '../../runs/manifest-store.ts';
import { readRun, resolveRunId } from '../../runs/run-store.ts';
import { formatTable } from '../format.ts';
import { printJson } from '../output.ts';
import { collect } from '../run-flags.ts';

interface Flags {
  weights?: string;
  target?: string[];
  submission?: string;
  out?: string;
  plain?: boolean;
  workspace?: string;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command('ensemble')
    .description(
      'Combine finished runs: the mean of their probabilities, joined by image id, and a submission file. Without runs: list the ensembles that were kept.',
    )
    .argument('[runs...]', 'run ids, or unique beginnings or ends of them')
    .option(
      '--weights <list>',
      'one vote weight a run, in their order, such as 2,1,1 (default: all the same)',
    )
    .option(
      '--target <column>',
      'target to combine; repeat it for several (default: all that every run predicts)',
      collect,
    )
    .option(
      '--submission <csv>',
      'the sample submission, whose order and columns are kept (default: the dataset’s own)',
    )
    .option('--out <csv>', 'write the submission here')
    .option('--plain', 'combine the probabilities without test-time augmentation')
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print the record as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ granary ensemble k3x9 p0zz 7a1c --out submission.csv
  $ granary ensemble k3x9 p0zz --weights 2,1 --submission data/sample_submission.csv --out submission.csv
  $ granary ensemble k3x9 p0zz --target disease      (members may predict other targets besides)
  $ granary ensemble                                 (those that were kept, newest first)`,
    )
    .action(async (runs: string[], flags: Flags) => {
      const workspace = workspacePath(flags.workspace);
      if (runs.length === 0) return printKept(workspace, flags);
      const ensemble = await createEnsemble({
        workspace,
        runs,
        weights: flags.weights === undefined ? null : parseWeights(flags.weights),
        targets: flags.target ?? null,
        probabilities: flags.plain ? 'plain' : 'tta',
        sampleSubmission:
          flags.submission ?? (flags.out === undefined ? null : await ownSample(workspace, runs[0]!)),
        out: flags.out === undefined ? null : resolve(flags.out),
      });
      if (flags.json) printJson(ensemble);
      else process.stdout.write(describe(ensemble));
    });
}

/** @throws GranaryError USAGE where something was to be combined and no run is named */
function printKept(workspace: string, { json, workspace: _given, ...others }: Flags): void {
  if (Object.values(others).some((value) => value !== undefined))
    throw new GranaryError(
      'USAGE',
      'No run is named that could be combined.',
      'Name runs: granary ensemble k3x9 p0zz',
    );
  const kept = listEnsembles(workspace);
  if (json === true) return printJson(kept);
  const lines = formatTable(
    ['id', 'made', 'error', 'runs'],
    kept.map(({ id, created, targets, members }) => [
      id,
      created.slice(0, 16).replace('T', ' '),
      targets.map(({ errorRate }) => percent(errorRate)).join(', '),
      members.map(({ name, weight }) => (weight === 1 ? name : `${name} ×${weight}`)).join(', '),
    ]),
    ['made', 'runs'],
  );
  process.stdout.write(kept.length === 0 ? 'No ensemble was kept here.\n' : `${lines.join('\n')}\n`);
}

/** @throws GranaryError ENSEMBLE_WEIGHTS */
function parseWeights(text: string): number[] {
  const weights = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (weights.some((weight) => Number.isNaN(weight))) {
    throw new GranaryError(
      'ENSEMBLE_WEIGHTS',
      `"${text}" is not a list of weights.`,
      'Write one number for each run, separated by commas: --weights 2,1,1.',
    );
  }
  return weights;
}

async function ownSample(workspace: string, run: string): Promise<string | null> {
  const { header } = await readRun(workspace, await resolveRunId(workspace, run));
  return header === null ? null : storedSampleSubmission(workspace, header.datasetHash);
}

/** What the ensemble is worth, for a terminal. */
function describe(ensemble: Ensemble): string {
  const names = ensemble.targets.map(({ name }) => name);
  const lines = ensemble.members.map(
    ({ weight, name, run, errorRate }) =>
      `  ${names.map((_, target) => percent(errorRate?.[target]).padStart(6)).join('  ')}  ×${weight}  ${name}  (${run})`,
  );
  const jury = {
    holdout: 'the common hold-out, which no member trained on',
    'out-of-bag': `out of bag: each picture by the members that did not train on it, ${ensemble.membersPerImage.toFixed(1)} of ${ensemble.members.length} on average`,
    none: 'nothing: no labelled picture was kept from training',
  }[ensemble.judgedOn];
  const own =
    ensemble.judgedOn === 'holdout' ? 'on the same pictures' : 'each on its own validation pictures';
  const targets = ensemble.targets.map(
    (target) =>
      `Ensemble, ${target.name}: error rate ${percent(target.errorRate)} on ${target.images} pictures`,
  );
  const submission =
    ensemble.submission === null
      ? []
      : [
          `Submission: ${ensemble.submission.rows} rows in ${relative(process.cwd(), ensemble.submission.path)}`,
        ];
  const { exactMatch, leftOut = [] } = ensemble;
  const together =
    exactMatch == null
      ? []
      : [
          `Ensemble, all targets right: wrong in ${percent(exactMatch.errorRate)} of ${exactMatch.images} pictures`,
        ];
  const others =
    leftOut.length === 0
      ? []
      : [`Left out, because not every member predicts it or it was not asked for: ${leftOut.join(', ')}.`];
  return [
    `Members' error rates${names.length > 1 ? ` for ${names.join(', ')}` : ''} (${own}):`,
    ...lines,
    ...targets,
    ...together,
    ...others,
    `Judged on ${jury}.`,
    ...submission,
    '',
  ].join('\n');
}
