import type { Command } from 'commander';
import pc from 'picocolors';
import { GranaryError } from '../../../shared/errors.ts';
import type { Disagreements, PredictionChoice, RunConfusion, RunRow } from '../../../shared/ipc/views.ts';
import { pictureSets } from '../../../shared/run-table/comparable.ts';
import { fieldNamed, fieldsOf, figuresOf } from '../../../shared/run-table/fields.ts';
import { ALL_TARGETS } from '../../../shared/run-table/figures.ts';
import { differingSettings } from '../../../shared/run-table/settings.ts';
import { workspacePath } from '../../files/paths.ts';
import { disagreements, runConfusions } from '../../report/compare-predictions.ts';
import { ratingsRow } from '../../runs/ratings-row.ts';
import { readRatingsRun } from '../../runs/ratings-runs.ts';
import { runRow } from '../../runs/run-row.ts';
import { readRun, resolveRunIds } from '../../runs/run-store.ts';
import { formatTable } from '../format.ts';
import { printJson } from '../output.ts';
import { checkTarget, formatField } from '../run-rows.ts';

interface Flags {
  target?: string;
  confusion?: boolean;
  disagree?: boolean;
  valid?: boolean;
  tta?: boolean;
  limit: string;
  workspace?: string;
  json?: boolean;
}

/** What of several runs is the same pictures (or ratings), so that figures can be compared. */
interface Comparable {
  valid: boolean;
  holdout: boolean;
}

/** `granary compare`: runs side by side: what differs, their figures, what they confuse and where they disagree. */
export function register(program: Command): void {
  program
    .command('compare')
    .description(
      'Show runs, of pictures or recommenders, side by side: only the settings that differ, and the figures.',
    )
    .argument('<runs...>', 'two or more run ids, or unique beginnings or ends of them')
    .option('--target <column>', "whose figures are shown (default: the first run's first target)")
    .option('--confusion', 'confusion matrices, too (finished runs)')
    .option('--disagree', 'the pictures on which finished runs disagree, too')
    .option('--valid', 'look at validation pictures instead of the hold-out')
    .option('--tta', 'look at the probabilities with test-time augmentation')
    .option('--limit <number>', 'how many pictures are listed', '20')
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  $ granary compare k3x9 p0zz\n  $ granary compare k3x9 p0zz 7a1c --disagree --json',
    )
    .action(compare);
}

async function compare(texts: string[], flags: Flags): Promise<void> {
  const workspace = workspacePath(flags.workspace);
  const ids = [...new Set(await resolveRunIds(workspace, texts))];
  if (ids.length < 2)
    throw new GranaryError(
      'USAGE',
      'One run alone cannot be compared.',
      'Name two or more: granary compare k3x9 p0zz',
    );
  const limit = Number(flags.limit);
  if (!Number.isInteger(limit) || limit < 1)
    throw new GranaryError(
      'USAGE',
      `"${flags.limit}" is not a number of pictures.`,
      'Write a whole number: --limit 20',
    );
  const rows = await Promise.all(
    ids.map(async (id): Promise<RunRow> => {
      const recommender = readRatingsRun(workspace, id);
      const row = recommender === null ? runRow(await readRun(workspace, id)) : ratingsRow(recommender);
      return { ...row, color: 1 };
    }),
  );
  const target = checkTarget(rows, flags.target) ?? rows[0]!.targets[0]?.target ?? null;
  const choice: PredictionChoice = {
    target: target ?? '',
    pictures: flags.valid === true ? 'valid' : 'holdout',
    probabilities: flags.tta === true ? 'tta' : 'plain',
  };
  const names = differingSettings(rows.map(({ settings }) => settings));
  const comparable: Comparable = {
    valid: pictureSets(rows, 'valid') === 1,
    holdout: pictureSets(rows, 'holdout') === 1,
  };
  const confusions = flags.confusion === true ? await runConfusions(workspace, ids, choice) : null;
  const disagree = flags.disagree === true ? await disagreements(workspace, ids, choice, limit) : null;
  if (flags.json === true) {
    printJson({
      runs: ids,
      names: rows.map(({ name }) => name),
      target,
      differs: Object.fromEntries(names.map((name) => [name, rows.map((row) => row.settings[name] ?? null)])),
      figures: rows.map((row) => figuresOf(row, target)),
      comparable,
      ...(confusions === null ? {} : { confusions }),
      ...(disagree === null ? {} : { disagreements: disagree }),
    });
    return;
  }
  const parts = [table(rows, names, target), ...notes(comparable, new Set(rows.map(({ kind }) => kind)))];
  if (confusions !== null) parts.push(...confusions.map(confusionText));
  if (disagree !== null) parts.push(disagreementText(disagree, rows));
  process.stdout.write(`${parts.join('\n\n')}\n`);
}

function table(rows: readonly RunRow[], names: readonly string[], target: string | null): string {
  const figures = [...new Set(rows.flatMap((row) => Object.keys(figuresOf(row, target))))].map((id) =>
    fieldNamed(fieldsOf(rows), id),
  );
  const [head, ...lines] = formatTable(
    [target === null || target === ALL_TARGETS ? '' : target, ...rows.map(({ id }) => id.slice(-4))],
    [
      ['name', ...rows.map(({ name }) => name)],
      ['state', ...rows.map(({ state }) => state)],
      ...names.map((name) => [name, ...rows.map(({ settings }) => String(settings[name] ?? '–'))]),
      ...figures.map((field) => [field.id, ...rows.map((row) => formatField(field, row, target))]),
    ],
  );
  return `${pc.bold(head!)}\n${lines.join('\n')}`;
}

function notes({ valid, holdout }: Comparable, kinds: ReadonlySet<RunRow['kind']>): string[] {
  if (kinds.size > 1)
    return [
      pc.yellow(
        'Runs of pictures and recommenders predict different things: their figures cannot be compared.',
      ),
    ];
  if (kinds.has('ratings'))
    return valid
      ? []
      : [
          pc.yellow(
            'These recommenders were validated on different ratings: compare runs of one sweep, or of one seed and split.',
          ),
        ];
  if (!holdout) return [pc.yellow('These runs are of different datasets: their figures cannot be compared.')];
  return valid
    ? []
    : [
        pc.yellow(
          'These runs were validated on different pictures: compare them by the hold-out, which is common to all.',
        ),
      ];
}

function confusionText({ run, problem, classes, confusion }: RunConfusion): string {
  if (problem !== null) return `${run.slice(-4)}: ${problem}`;
  const lines = formatTable(
    ['true \\ told', ...classes.map((_, told) => String(told))],
    classes.map((name, truth) => [
      `${truth} ${name}`,
      ...confusion[truth]!.map((count) => (count === 0 ? '·' : String(count))),
    ]),
  );
  return `${pc.bold(run.slice(-4))}\n${lines.join('\n')}`;
}

function disagreementText({ images, disagreeing, rows }: Disagreements, runs: readonly RunRow[]): string {
  const said = `They disagree on ${disagreeing} of ${images} pictures${rows.length < disagreeing ? `; the ${rows.length} on which they are surest` : ''}:`;
  if (rows.length === 0) return said.replace(/:$/, '.');
  const head = ['picture', 'truth', ...runs.map(({ id }) => id.slice(-4))];
  const lines = formatTable(
    head,
    rows.map(({ id, truth, votes }) => [
      id,
      truth ?? '–',
      ...votes.map(({ label, probability }) => `${label} ${Math.round(100 * probability)}%`),
    ]),
    head.slice(1),
  );
  return `${said}\n${lines.join('\n')}`;
}
