import { type Command, Option } from 'commander';
import pc from 'picocolors';
import type { RunRow } from '../../../shared/ipc/views.ts';
import { pictureSets } from '../../../shared/run-table/comparable.ts';
import { fieldNamed, fieldsOf } from '../../../shared/run-table/fields.ts';
import { usualColumns } from '../../../shared/run-table/usual-columns.ts';
import { workspacePath } from '../../files/paths.ts';
import { runsCsv } from '../../report/runs-csv.ts';
import { readRatingsRun } from '../../runs/ratings-runs.ts';
import { RunIndex } from '../../runs/run-index.ts';
import { formatDuration, formatLoss, formatRate, formatTable } from '../format.ts';
import { printJson } from '../output.ts';
import { type RunFigures, type TargetFigures, figuresOf } from '../run-figures.ts';
import { ratingsFigures, ratingsRunLines } from '../ratings-runs.ts';
import { list } from '../run-flags.ts';
import { type RowChoice, checkTarget, chooseRows, formatField } from '../run-rows.ts';

interface Flags extends RowChoice {
  columns?: string[];
  workspace?: string;
  json?: boolean;
  csv?: boolean;
}

/** `granary runs`: every run of a workspace, oldest first. */
export function register(program: Command): void {
  program
    .command('runs')
    .description('List the runs of a workspace, oldest first.')
    .option('--filter <terms>', 'only runs for which every term holds (below)')
    .option('--sort <field>', 'order by a field; -FIELD turns it round')
    .option('--columns <fields>', 'fields to show, separated by commas', list)
    .option('--target <column>', "whose figures are meant (default: each run's first target)")
    .option('--archived', 'list the archived runs instead')
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON array')
    .addOption(
      new Option('--csv', 'print CSV, with all digits, for spreadsheets and scripts').conflicts('json'),
    )
    .addHelpText(
      'after',
      `
Fields: name, id, kind (pictures or ratings), state, tag, note, dataset, queue, epochs_done, seconds, memory, parameters, created, every setting
(arch, size, lr, augment.maxRotate …) and figures: valid.error_rate, valid.error_rate.best, valid.error_rate.tta,
holdout.error_rate.tta, valid.loss, train.loss and so on; of recommenders rmse, mae, mse, factors, weightDecay and so on.
Terms: FIELD=VALUE[,VALUE…], !=, <, <=, >, >=, ~ (contains); a word alone is looked for in name, id, dataset, tags and
note, and must be absent with a minus before it. 5% is 0.05.

Examples:
  $ granary runs
  $ granary runs --filter 'state=finished arch~convnext holdout.error_rate<5%' --sort holdout.error_rate
  $ granary runs --filter tag=night2 --columns name,arch,size,lr,valid.error_rate,valid.error_rate.best
  $ granary runs --filter 'kind=ratings tag=sweep' --sort rmse --columns id,factors,weightDecay,rmse,mae
  $ granary runs --csv --filter tag=night2 --columns id,arch,size,lr,valid.error_rate > night2.csv
  $ granary runs --json --workspace /data/granary`,
    )
    .action(async (flags: Flags) => {
      const workspace = workspacePath(flags.workspace);
      const all = await new RunIndex(workspace).rows();
      const rows = chooseRows(all, flags);
      if (flags.csv === true) {
        const columns = flags.columns ?? ['id', 'name', ...usualColumns];
        process.stdout.write(runsCsv({ rows, columns, target: checkTarget(all, flags.target) }, all));
        return;
      }
      const figures = rows.filter(({ kind }) => kind === 'pictures').map((row) => figuresOf(row, workspace));
      const ratings = rows.flatMap(({ id, kind }) =>
        kind === 'ratings' ? (readRatingsRun(workspace, id) ?? []) : [],
      );
      if (flags.json === true) {
        const byId = new Map<string, unknown>([
          ...figures.map((one) => [one.run, one] as const),
          ...ratings.map((run) => [run.id, ratingsFigures(run, workspace)] as const),
        ]);
        printJson(rows.map(({ id }) => byId.get(id)));
        return;
      }
      if (rows.length === 0) {
        process.stdout.write(emptyText(all, flags, workspace));
        return;
      }
      const tables: string[][] = [];
      if (flags.columns !== undefined)
        tables.push(boldHead(chosenTable(rows, all, flags.columns, checkTarget(all, flags.target))));
      else {
        if (ratings.length > 0) tables.push(ratingsRunLines(ratings, workspace));
        if (figures.length > 0) tables.push(boldHead(usualTable(figures)));
      }
      process.stdout.write(`${tables.map((lines) => lines.join('\n')).join('\n\n')}\n`);
      const judged = rows.filter((row) => row.kind === 'pictures' && row.targets.length > 0);
      if (pictureSets(judged, 'valid') > 1)
        process.stdout.write(
          pc.dim(
            pictureSets(judged, 'holdout') > 1
              ? '\nThese runs are of different datasets: their figures cannot be compared.\n'
              : '\nRuns draw their own validation pictures; compare them by the hold-out, which is common to all.\n',
          ),
        );
    });
}

function boldHead([head, ...lines]: string[]): string[] {
  return [pc.bold(head!), ...lines];
}

function emptyText(all: readonly RunRow[], flags: Flags, workspace: string): string {
  if (all.length === 0)
    return `No runs in ${workspace} yet. Begin with \`granary train\` or \`granary queue\`.\n`;
  const archived = all.filter((row) => row.archived).length;
  if (flags.filter !== undefined) return `None of ${all.length} runs fits the filter.\n`;
  return flags.archived === true
    ? 'No run is archived.\n'
    : `All ${archived} runs are archived: granary runs --archived\n`;
}

function chosenTable(
  rows: readonly RunRow[],
  all: readonly RunRow[],
  columns: readonly string[],
  target: string | null,
): string[] {
  const fields = columns.map((name) => fieldNamed(fieldsOf(all), name));
  return formatTable(
    fields.map(({ id }) => id),
    rows.map((row) => fields.map((field) => formatField(field, row, target))),
    fields.filter(({ kind }) => kind === 'text' || kind === 'tags' || kind === 'moment').map(({ id }) => id),
  );
}

function usualTable(runs: readonly RunFigures[]): string[] {
  const several = runs.some((run) => run.targets.length > 1);
  const tagged = runs.some((run) => run.tags.length > 0);
  return formatTable(
    ['id', 'state', 'epochs', 'valid_loss', 'error', 'TTA', 'hold-out TTA', 'time', 'dataset'].concat(
      several ? ['targets'] : [],
      tagged ? ['tags'] : [],
    ),
    runs.map((run) => [
      run.run,
      run.state,
      `${run.epochs}/${run.epochs_planned ?? '?'}`,
      formatLoss(run.valid_loss),
      rates(run, (target) => target.error_rate),
      rates(run, (target) => target.tta_error_rate),
      rates(run, (target) => target.holdout_tta_error_rate ?? target.holdout_error_rate),
      run.seconds === null ? '–' : formatDuration(run.seconds),
      run.dataset ?? '–',
      ...(several ? [run.targets.map(({ name }) => name).join(' / ') || '–'] : []),
      ...(tagged ? [run.tags.join(',')] : []),
    ]),
    ['state', 'dataset', 'targets', 'tags'],
  );
}

/** One rate a target, in their order: `12.3% / 4.5%`. */
function rates({ targets }: RunFigures, rateOf: (target: TargetFigures) => number | null): string {
  return targets.length === 0
    ? formatRate(null)
    : targets.map((target) => formatRate(rateOf(target))).join(' / ');
}
