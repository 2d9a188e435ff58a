import type { Command } from 'commander';
import pc from 'picocolors';
import { workspacePath } from '../../files/paths.ts';
import { listRuns } from '../../runs/run-store.ts';
import { formatDuration, formatLoss, formatRate, formatTable } from '../format.ts';
import { printJson } from '../output.ts';
import { type RunFigures, type TargetFigures, figuresOf } from '../run-figures.ts';

/** `granary runs`: every run of a workspace, oldest first. */
export function register(program: Command): void {
  program
    .command('runs')
    .description('List the runs of a workspace, oldest first.')
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON array')
    .addHelpText('after', '\nExamples:\n  $ granary runs\n  $ granary runs --json --workspace /data/granary')
    .action(async (flags: { workspace?: string; json?: boolean }) => {
      const workspace = workspacePath(flags.workspace);
      const runs = (await listRuns(workspace)).map((run) => figuresOf(run, workspace));
      if (flags.json === true) {
        printJson(runs);
        return;
      }
      if (runs.length === 0) {
        process.stdout.write(
          `No runs in ${workspace} yet. Begin with \`granary train\` or \`granary queue\`.\n`,
        );
        return;
      }
      const several = runs.some((run) => run.targets.length > 1);
      const [head, ...rows] = formatTable(
        ['id', 'state', 'epochs', 'valid_loss', 'error', 'TTA', 'hold-out TTA', 'time', 'dataset'].concat(
          several ? ['targets'] : [],
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
        ]),
        ['state', 'dataset', 'targets'],
      );
      process.stdout.write(`${pc.bold(head!)}\n${rows.join('\n')}\n`);
      const splits = new Set(runs.flatMap((run) => (run.error_rate === null ? [] : [run.valid_hash])));
      if (splits.size > 1)
        process.stdout.write(
          pc.dim(
            '\nRuns draw their own validation pictures; compare them by the hold-out, which is common to all.\n',
          ),
        );
    });
}

/** One rate a target, in their order: `12.3% / 4.5%`. */
function rates({ targets }: RunFigures, rateOf: (target: TargetFigures) => number | null): string {
  return targets.length === 0
    ? formatRate(null)
    : targets.map((target) => formatRate(rateOf(target))).join(' / ');
}
