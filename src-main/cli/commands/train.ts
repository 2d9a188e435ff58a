import type { Command } from 'commander';
import { GranaryError, fromErrorPayload } from '../../../shared/errors.ts';
import type { QueueItem } from '../../../shared/records/queue.ts';
import { workspacePath } from '../../files/paths.ts';
import { readRun, resolveRunId } from '../../runs/run-store.ts';
import { gridOfFlags } from '../../scheduler/grid-parse.ts';
import { formatDuration, formatLoss, formatRate, formatTable } from '../format.ts';
import { printJson } from '../output.ts';
import { runRow } from '../../runs/run-row.ts';
import { type RunFigures, figuresOf } from '../run-figures.ts';
import { type RunFlags, addRunFlags, datasetOptionsOf, settingsOf } from '../run-flags.ts';
import { type LaunchFlags, addLaunchFlags, launchOptionsOf } from '../launch-flags.ts';
import { reportRecommender } from '../ratings-report.ts';
import { type GridRequest, trainQueue } from '../train-queue.ts';

interface Flags extends RunFlags, LaunchFlags {
  arch?: string;
  size?: string;
  imgSize?: string;
  resize?: string;
  again?: string;
  resume?: string;
  workspace?: string;
  json?: boolean;
}

/** `granary train`: one run, from the command line's flags. */
export function register(program: Command): void {
  const command = program
    .command('train')
    .description('Train one run: a frozen epoch on the new head, then all layers, then predictions with TTA.')
    .argument('[dataset]', 'folder of the dataset: a folder per label, or a CSV with pictures')
    .option('--arch <id>', "timm's id of the architecture, such as tf_efficientnet_lite0")
    .option('--size <size>', 'training size: 128, or 320x240 (height first)')
    .option('--img-size <size>', 'the same as --size')
    .option('--resize <method>', 'how pictures become --presize: squish, crop or pad (default: squish)');
  addLaunchFlags(addRunFlags(command))
    .option(
      '--resume <run>',
      'go on with a run that was cut off, from its last checkpoint, in its own folder',
    )
    .option('--again <run>', 'train a run once more from its beginning, from its own config, as a new run')
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON object a line: events, then the result')
    .addHelpText(
      'after',
      `
Examples:
  $ granary train data/paddy --arch tf_efficientnet_lite0 --size 128
  $ granary train data/paddy --arch convnext_tiny --size 320x240 --presize 640x480 --resize crop --accum 4
  $ granary train data/paddy --arch resnet18 --size 64 --weights none --epochs 20 --seed 1 --json
  $ granary train data/paddy --arch resnet26d --size 128 --target label --target variety
  $ granary train --resume k3x9
  $ granary train --again k3x9

A run is a folder in the workspace. Ctrl-C stops after the step; --resume goes on from the last checkpoint.`,
    )
    .action(train);
}

async function train(dataset: string | undefined, flags: Flags): Promise<void> {
  const workspace = workspacePath(flags.workspace);
  const json = flags.json === true;
  const { again, resume } = flags;
  if (again !== undefined || resume !== undefined) checkAlone(dataset, flags);
  const [item] = await trainQueue({
    workspace,
    command: 'granary train',
    stopAs: 'cancelled',
    json,
    launch: launchOptionsOf(flags),
    what:
      resume !== undefined
        ? async (workbench) => [await workbench.resumeRun(await resolveRunId(workspace, resume))]
        : again === undefined
          ? gridRequest(dataset, flags)
          : async (workbench) => [await workbench.again(await resolveRunId(workspace, again))],
  });
  await report(item!, workspace, json);
}

/** @throws GranaryError USAGE when settings are given for a run that has its own */
function checkAlone(dataset: string | undefined, flags: Flags): void {
  const { again, resume, workspace: _workspace, json: _json, whenShort: _short, ...settings } = flags;
  const flag = again === undefined ? '--resume' : '--again';
  const given = Object.entries(settings).find(
    ([key, value]) => value !== true || !FLAGS_WITH_DEFAULTS.has(key),
  )?.[0];
  if (again !== undefined && resume !== undefined)
    throw new GranaryError('USAGE', '--again and --resume cannot be given together.', 'Give one of them.');
  if (dataset === undefined && given === undefined) return;
  throw new GranaryError(
    'USAGE',
    `${flag} trains a run with its own dataset and settings, and ${given === undefined ? dataset : `--${given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`} was given.`,
    `Leave it out. To change settings, start a new run.`,
  );
}

/** Commander gives a `--no-…` flag's key the value true when it was not given. */
const FLAGS_WITH_DEFAULTS: ReadonlySet<string> = new Set(['holdout', 'augment', 'flip', 'testDir']);

/** @throws GranaryError USAGE naming what is missing, or a flag with its expected values */
function gridRequest(dataset: string | undefined, flags: Flags): GridRequest {
  const { arch, resize } = flags;
  const size = flags.size ?? flags.imgSize;
  const missing = [
    ...(dataset === undefined ? ['DATASET'] : []),
    ...(arch === undefined ? ['--arch'] : []),
    ...(size === undefined ? ['--size'] : []),
  ];
  if (dataset === undefined || missing.length > 0)
    throw new GranaryError(
      'USAGE',
      `Training needs ${missing.join(' and ')}.`,
      'For example: granary train data/paddy --arch tf_efficientnet_lite0 --size 128',
    );
  const grid = gridOfFlags({ ...settingsOf(flags), arch, size, resize });
  return { dataset, options: datasetOptionsOf(flags), grid };
}

async function report(item: QueueItem, workspace: string, json: boolean): Promise<void> {
  if (item.state !== 'finished')
    throw fromErrorPayload(item.error ?? { code: 'CANCELLED', message: 'The run was stopped.' });
  // --resume takes up whatever run it is given.
  if (item.kind === 'ratings') return reportRecommender(item, workspace, json);
  const figures = figuresOf(runRow(await readRun(workspace, item.runId)), workspace);
  if (json) printJson({ type: 'result', ...figures });
  else process.stdout.write(`${describe(figures)}\n`);
}

function describe({ run, seconds, targets, exact_match: together }: RunFigures): string {
  const rows = targets.map((target) => [
    target.name,
    formatLoss(target.valid_loss),
    formatRate(target.error_rate),
    formatRate(target.tta_error_rate),
    formatRate(target.holdout_error_rate),
    formatRate(target.holdout_tta_error_rate),
  ]);
  if (together !== null)
    rows.push([
      'all right',
      '',
      formatRate(together.error_rate),
      formatRate(together.tta_error_rate),
      formatRate(together.holdout_error_rate),
      formatRate(together.holdout_tta_error_rate),
    ]);
  const headings = ['target', 'valid_loss', 'error', 'TTA', 'hold-out error', 'hold-out TTA'];
  return [`\nFinished in ${formatDuration(seconds ?? 0)}: ${run}`, ...formatTable(headings, rows)].join('\n');
}
