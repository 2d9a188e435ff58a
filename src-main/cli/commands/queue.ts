import type { Command } from 'commander';
import pc from 'picocolors';
import { GranaryError } from '../../../shared/errors.ts';
import type { Grid } from '../../../shared/records/grid.ts';
import type { QueueItem } from '../../../shared/records/queue.ts';
import { emptyNotes } from '../../../shared/records/run-notes.ts';
import { workspacePath } from '../../files/paths.ts';
import { runRow } from '../../runs/run-row.ts';
import { readRun } from '../../runs/run-store.ts';
import { readAnyGridFile } from '../../scheduler/grid-file.ts';
import { gridOfFlags } from '../../scheduler/grid-parse.ts';
import { machineSlots } from '../../scheduler/slots.ts';
import type { Workbench } from '../../scheduler/workbench.ts';
import { formatDuration, formatLoss, formatRate, formatTable } from '../format.ts';
import { printJson } from '../output.ts';
import { sweepRequest } from '../collab-grid.ts';
import { figuresOf } from '../run-figures.ts';
import { type RunFlags, addRunFlags, datasetOptionsOf, integer, list, settingsOf } from '../run-flags.ts';
import { type LaunchFlags, addLaunchFlags, launchOptionsOf } from '../launch-flags.ts';
import { queuedRatingsFigures, sweepLines } from '../ratings-report.ts';
import { trainQueue } from '../train-queue.ts';
import { registerVerbs } from './queue-verbs.ts';

interface Flags extends RunFlags, LaunchFlags {
  parallel?: number;
  onFinish?: string;
  grid?: string;
  arch?: string[];
  size?: string[];
  imgSize?: string[];
  resize?: string[];
  resume?: boolean;
  workspace?: string;
  json?: boolean;
}

/** `granary queue`: a grid of runs, one after another. */
export function register(program: Command): void {
  const command = program
    .command('queue')
    .description('Train a grid of runs one after another; one that fails does not stop the rest.')
    .argument('[dataset]', 'folder of the dataset: a folder per label, or a CSV with pictures')
    .option(
      '--grid <file>',
      'YAML or JSON file: a list of blocks, each its own product (docs/file-formats.md)',
    )
    .option('--arch <ids>', "timm's ids, separated by commas: the flags make a grid of one block", list)
    .option(
      '--resize <methods>',
      'squish, crop, pad: some of them, separated by commas (default: squish)',
      list,
    )
    .option('--size <sizes>', 'training sizes, separated by commas: 128,320x240 (height first)', list)
    .option('--img-size <sizes>', 'the same as --size', list);
  addLaunchFlags(addRunFlags(command))
    .option(
      '--parallel <n>',
      'runs at the same time, on the processor; where there are several cards each trains one (default: 1)',
      integer('--parallel'),
    )
    .option(
      '--on-finish <command>',
      'run a command of your shell when the queue has ended; its environment has GRANARY_QUEUE_STATE and the counts',
    )
    .option(
      '--resume',
      'go on with what was interrupted, by Ctrl-C, a crash or a power cut, from its last checkpoints',
    )
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON object a line: events, then the result')
    .addHelpText(
      'after',
      `
Examples:
  $ granary queue data/paddy --grid assets/grids/demo.yaml
  $ granary queue data/paddy --arch tf_efficientnet_lite0,tf_efficientnet_lite1 --resize squish,crop --size 128,160
  $ granary queue data/paddy --grid my.yaml --epochs 1      (a flag wins over the file's own setting)
  $ granary queue ml-100k/u.data --grid sweep.yaml          (a file with kind: ratings trains recommenders)
  $ granary queue --resume
  $ granary queue data/paddy --grid my.yaml --on-finish 'notify-send "Granary: $GRANARY_QUEUE_STATE"'
  $ granary queue list                                      (from another terminal; also pause, move, cancel …)

Ctrl-C stops after the step; \`granary queue --resume\` goes on from there. A run that has too little memory goes on with twice
the accumulation and the same effective batch; one whose worker is killed goes on from its last checkpoint.
--on-finish gets GRANARY_WORKSPACE, GRANARY_QUEUE_STATE (finished or failed), GRANARY_QUEUE_FINISHED, GRANARY_QUEUE_FAILED and
GRANARY_QUEUE_OTHERS (numbers of runs). It is not run after Ctrl-C.`,
    )
    .action(queue);
  registerVerbs(command);
}

async function queue(dataset: string | undefined, flags: Flags): Promise<void> {
  const workspace = workspacePath(flags.workspace);
  const json = flags.json === true;
  const items = await trainQueue({
    workspace,
    command: 'granary queue',
    stopAs: 'interrupted',
    json,
    showPlan: true,
    launch: { ...launchOptionsOf(flags), slots: await machineSlots(flags.parallel) },
    onFinish: flags.onFinish,
    what: flags.resume === true ? resumeInterrupted : request(dataset, flags),
  });
  await report(items, workspace, json);
  if (items.some((item) => item.state !== 'finished')) process.exitCode ||= 1;
}

async function resumeInterrupted(workbench: Workbench): Promise<QueueItem[]> {
  const resumed = await workbench.resumeInterrupted();
  if (resumed.length > 0) return resumed;
  throw new GranaryError(
    'USAGE',
    `Nothing was interrupted in ${workbench.workspace}.`,
    'Queue a grid with --grid or --arch.',
  );
}

type Request = Parameters<typeof trainQueue>[0]['what'];

/** @throws GranaryError USAGE, GRID_INVALID */
function request(dataset: string | undefined, flags: Flags): Request {
  // Before the file is looked for: what is wrong with the command is told first.
  if (flags.grid !== undefined) checkOneGrid(flags);
  const file = flags.grid === undefined ? null : readAnyGridFile(flags.grid);
  if (dataset === undefined)
    throw new GranaryError(
      'USAGE',
      'A queue needs DATASET.',
      'For example: granary queue data/paddy --grid assets/grids/demo.yaml',
    );
  if (file?.kind !== 'ratings')
    return { dataset, options: datasetOptionsOf(flags), grid: gridOf(flags, file) };
  checkNoSettings(flags);
  return sweepRequest({ path: dataset, options: {} }, file);
}

/** @throws GranaryError USAGE when flags name what a grid file names */
function checkOneGrid({ arch, size, imgSize, resize }: Flags): void {
  if (arch === undefined && size === undefined && imgSize === undefined && resize === undefined) return;
  throw new GranaryError(
    'USAGE',
    '--grid names architectures, resize methods and sizes itself, so --arch, --resize and --size cannot be given with it.',
    'Leave one of them out.',
  );
}

/** @throws GranaryError USAGE when flags give settings of picture runs to a grid of recommenders */
function checkNoSettings(flags: Flags): void {
  const given = Object.keys({ ...settingsOf(flags), ...datasetOptionsOf(flags) })[0];
  if (given === undefined) return;
  throw new GranaryError(
    'USAGE',
    `${flags.grid} is a grid of recommenders (kind: ratings), and flags of picture runs were given with it.`,
    'Leave them out, or replace settings with granary collab train RATINGS --grid FILE --epochs 10.',
  );
}

/**
 * The grid that the flags ask for: a file, whose settings flags replace, or one block.
 * @throws GranaryError USAGE, GRID_INVALID
 */
function gridOf(flags: Flags, file: Grid | null): Grid {
  const settings = settingsOf(flags);
  const size = flags.size ?? flags.imgSize;
  if (file === null) {
    if (flags.arch === undefined || size === undefined)
      throw new GranaryError(
        'USAGE',
        'A queue needs --grid FILE, or --arch and --size.',
        'For example: granary queue data/paddy --arch resnet18,resnet34 --size 128',
      );
    const block = { ...settings, arch: flags.arch, resize: flags.resize, size };
    return gridOfFlags(block);
  }
  // Checked by themselves first, so that a mistyped flag is not taken for a mistake in the file.
  gridOfFlags({ ...settings, arch: 'any', size: 1 });
  return { ...file, blocks: file.blocks.map((block) => ({ ...block, ...settings })) };
}

async function report(items: readonly QueueItem[], workspace: string, json: boolean): Promise<void> {
  const rows = await Promise.all(items.map((item) => rowOf(item, workspace)));
  const recommenders = items.filter((item) => item.kind === 'ratings');
  const pictures = rows.filter((row) => row.kind !== 'ratings');
  const finished = items.filter((item) => item.state === 'finished').length;
  if (json) {
    printJson({ type: 'result', finished, total: items.length, runs: rows });
    return;
  }
  const table = formatTable(
    ['run', 'state', 'valid_loss', 'error', 'TTA', 'hold-out TTA', 'time', 'id'],
    pictures.map((row) => [
      row.name,
      row.state,
      formatLoss(row.valid_loss),
      formatRate(row.error_rate),
      formatRate(row.tta_error_rate),
      formatRate(row.holdout_tta_error_rate ?? row.holdout_error_rate),
      row.seconds === null ? '–' : formatDuration(row.seconds),
      row.run,
    ]),
    ['state', 'id'],
  );
  if (pictures.length > 0) process.stdout.write(`\n${pc.bold(table[0]!)}\n${table.slice(1).join('\n')}\n`);
  if (recommenders.length > 0) process.stdout.write(`\n${sweepLines(recommenders, workspace).join('\n')}\n`);
  for (const { name, state, problem, fix } of rows) {
    if (problem === null || state === 'interrupted') continue;
    process.stdout.write(`\n${pc.red(`${name} ${state}:`)} ${problem}\n${fix === null ? '' : `${fix}\n`}`);
  }
  const left = items.filter((item) => item.state === 'interrupted').length;
  if (left > 0) process.stdout.write(`\nTo go on with what is left (${left}): granary queue --resume\n`);
}

/** A run's figures, or, when it has no folder (it was refused at once, or never began), what the queue knows. */
async function rowOf(item: QueueItem, workspace: string) {
  if (item.kind === 'ratings') return queuedRatingsFigures(item, workspace);
  const summary = await readRun(workspace, item.runId).catch((error: unknown) => {
    if (error instanceof GranaryError && error.code === 'RUN_NOT_FOUND') return null;
    throw error;
  });
  const empty = {
    id: item.runId,
    state: 'failed',
    header: null,
    epochs: [],
    result: null,
    problem: null,
    notes: emptyNotes,
  } as const;
  const figures = figuresOf(runRow(summary ?? { ...empty, epochs: [] }), workspace);
  return {
    ...figures,
    kind: 'pictures' as const,
    name: item.name,
    state: item.state,
    problem: item.error?.message ?? figures.problem,
    fix: item.error?.fix ?? null,
  };
}
