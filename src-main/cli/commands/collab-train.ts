import type { Command } from 'commander';
import { GranaryError, fromErrorPayload } from '../../../shared/errors.ts';
import type { QueueItem } from '../../../shared/records/queue.ts';
import { workspacePath } from '../../files/paths.ts';
import { resolveRunId } from '../../runs/run-store.ts';
import type { Workbench } from '../../scheduler/workbench.ts';
import { addRatingsFlags, ratingsOptionsOf } from '../collab-flags.ts';
import { type TrainFlags, sweepOf, sweepRequest } from '../collab-grid.ts';
import { reportRecommender, sweepLines } from '../ratings-report.ts';
import { decimal, decimals, integer, integers, list } from '../run-flags.ts';
import { trainQueue } from '../train-queue.ts';

interface Flags extends TrainFlags {
  resume?: string;
  workspace?: string;
  json?: boolean;
}

/** `granary collab train`: a recommender, or a sweep of them, in the workspace's queue. */
export function register(collab: Command): void {
  const command = collab
    .command('train')
    .alias('sweep')
    .description(
      'Train a recommender on a ratings file; lists of models, weight decays and factors make a sweep.',
    )
    .argument('[ratings]', 'u.data, ratings.csv, ratings.dat, or any table of user, item, rating and time')
    .option(
      '--grid <file>',
      'YAML or JSON file with kind: ratings and a list of blocks (docs/file-formats.md)',
    )
    .option('--resume <run>', 'go on with a run that was cut off, from its last epoch, in its own folder')
    .option('--valid <file>', 'ratings file that validates (default: a random fifth of RATINGS)')
    .option('--split <how>', 'random, time (the latest validate) or leave-one-out (default: random)')
    .option('--valid-fraction <x>', 'share that validates (default: 0.2)', decimal('--valid-fraction'));
  addRatingsFlags(command)
    .option('--model <which>', 'dot, dot-bias or ncf, or several (default: dot-bias)', list)
    .option(
      '--factors <n>',
      'latent factors, or several such as 5,20,50 (default: 50)',
      integers('--factors'),
    )
    .option('--layers <list>', 'hidden layers of ncf (default: 100,50)', integers('--layers'))
    .option('--range <low,high>', 'lowest and highest prediction; auto: half a step beyond the ratings; none')
    .option(
      '--intercept <which>',
      'mean: where nothing is known, predict the mean; or none: the middle (default: mean)',
    )
    .option('--wd <x>', 'weight decay, or several such as 0.01,0.1,1 (default: 0.1)', decimals('--wd'))
    .option(
      '--decay <how>',
      'per-rating: a penalty on the rows of each rating; decoupled: AdamW’s; l2: added to every gradient (default: auto, per-rating for ratings and a dot product, else decoupled)',
    )
    .option('--epochs <n>', 'epochs (default: 5)', integer('--epochs'))
    .option('--batch-size <n>', 'ratings a step (default: 64)', integer('--batch-size'))
    .option('--lr <x>', 'peak learning rate (default: 0.003)', decimal('--lr'))
    .option(
      '--negatives <n>',
      'without ratings: negatives drawn for each row (default: 4)',
      integer('--negatives'),
    )
    .option('--optimizer <which>', 'dense, sparse or auto: sparse above a million parameters (default: auto)')
    .option('--seed <n>', 'seed of split, start and order (default: a new one)', integer('--seed'))
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON object a line: events, then the result')
    .addHelpText(
      'after',
      `
Examples:
  $ granary collab train ml-100k/u.data --items ml-100k/u.item
  $ granary collab sweep ml-100k/u.data --wd 0.01,0.1,1 --factors 5,50 --seed 1     (six runs)
  $ granary collab train ratings.csv --items movies.csv --split time --batch-size 4096
  $ granary collab train purchases.csv --no-rating-column --split leave-one-out
  $ granary collab train ml-100k/u.data --decay decoupled --intercept none --range 0,5.5 --lr 0.005      (fastai's lesson)
  $ granary collab train --resume k3x9

Runs train in the workspace's queue: \`granary queue list\`, \`cancel\`, \`move\` and the app see them. After Ctrl-C,
\`granary queue --resume\` goes on with a sweep, --resume RUN with one run.`,
    )
    .action(train);
}

async function train(ratings: string | undefined, flags: Flags): Promise<void> {
  const workspace = workspacePath(flags.workspace);
  const json = flags.json === true;
  const items = await trainQueue({
    workspace,
    command: 'granary collab train',
    stopAs: 'interrupted',
    json,
    launch: {},
    what: flags.resume === undefined ? queued(ratings, flags) : await resumed(ratings, flags, flags.resume),
  });
  for (const item of items) reportRecommender(item, workspace, json);
  if (items.length > 1 && !json) process.stdout.write(`\n${sweepLines(items, workspace).join('\n')}\n`);
  const failed = items.find((item) => item.state !== 'finished');
  if (failed === undefined) return;
  throw fromErrorPayload(failed.error ?? { code: 'CANCELLED', message: 'The run was stopped.' });
}

type Queued = (workbench: Workbench) => Promise<QueueItem[]>;

function queued(ratings: string | undefined, flags: Flags): Queued {
  const grid = sweepOf(flags);
  if (ratings === undefined)
    throw new GranaryError(
      'USAGE',
      'Training needs a ratings file.',
      'For example: granary collab train ml-100k/u.data',
    );
  return sweepRequest({ path: ratings, options: ratingsOptionsOf(flags) }, grid);
}

/** @throws GranaryError USAGE when settings are given for a run that has its own; RUN_NOT_FOUND */
async function resumed(ratings: string | undefined, flags: Flags, run: string): Promise<Queued> {
  const { resume: _resume, workspace, json: _json, ...settings } = flags;
  const given = Object.keys(settings);
  if (ratings !== undefined || given.length > 0)
    throw new GranaryError(
      'USAGE',
      `--resume goes on with a run's own ratings and settings, and ${ratings ?? `--${given[0]}`} was given.`,
      'Leave it out. To change settings, train a new run.',
    );
  const id = await resolveRunId(workspacePath(workspace), run);
  return async (workbench) => [await workbench.resumeRun(id)];
}
