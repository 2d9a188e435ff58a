import type { Command } from 'commander';
import pc from 'picocolors';
import type { WorkerEvent } from '../../../shared/ipc/job.ts';
import type { RatingsConfig, RatingsHeader, RatingsResult } from '../../../shared/records/ratings-run.ts';
import { ratingsRunName } from '../../../shared/records/ratings-sweep.ts';
import { workspacePath } from '../../files/paths.ts';
import { WorkspaceLock } from '../../scheduler/lock.ts';
import { startJob } from '../../scheduler/supervisor.ts';
import { addRatingsFlags } from '../collab-flags.ts';
import { type TrainFlags, configsOf, newRatingsRunId } from '../collab-grid.ts';
import { formatDuration, formatLoss } from '../format.ts';
import { printJson } from '../output.ts';
import { StatusLine } from '../progress.ts';
import { progressText } from '../run-display.ts';
import { decimal, integer } from '../run-flags.ts';

interface Flags extends TrainFlags {
  workspace?: string;
  json?: boolean;
}

/** `granary collab train`: a recommender, or a sweep of them. */
export function register(collab: Command): void {
  const command = collab
    .command('train')
    .description('Train a recommender on a ratings file; lists of weight decays and factors make a sweep.')
    .argument('<ratings>', 'u.data, ratings.csv, ratings.dat, or any table of user, item, rating and time')
    .option('--valid <file>', 'ratings file that validates (default: a random fifth of RATINGS)')
    .option('--split <how>', 'random, time (the latest validate) or leave-one-out (default: random)')
    .option('--valid-fraction <x>', 'share that validates (default: 0.2)', decimal('--valid-fraction'));
  addRatingsFlags(command)
    .option('--model <which>', 'dot, dot-bias or ncf (default: dot-bias)')
    .option('--factors <n>', 'latent factors, or several such as 5,20,50 (default: 50)')
    .option('--layers <list>', 'hidden layers of ncf (default: 100,50)')
    .option('--range <low,high>', 'lowest and highest prediction; auto: half a step beyond the ratings; none')
    .option('--intercept <which>', 'none, or mean: where nothing is known, predict the mean (default: none)')
    .option('--wd <x>', 'weight decay, or several such as 0.01,0.1,1 (default: 0.1)')
    .option('--decay <how>', 'decoupled, or l2: added to the gradient (default: decoupled)')
    .option('--epochs <n>', 'epochs (default: 5)', integer('--epochs'))
    .option('--batch-size <n>', 'ratings a step (default: 64)', integer('--batch-size'))
    .option('--lr <x>', 'peak learning rate (default: 0.005)', decimal('--lr'))
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
  $ granary collab train ml-100k/u.data --wd 0.01,0.1,1 --factors 5,50 --seed 1     (a sweep of six runs)
  $ granary collab train ratings.csv --items movies.csv --split time --batch-size 4096
  $ granary collab train purchases.csv --no-rating-column --split leave-one-out`,
    )
    .action(async (ratings: string, flags: Flags) => {
      await trainAll(workspacePath(flags.workspace), configsOf(ratings, flags), flags.json === true);
    });
}

async function trainAll(workspace: string, configs: RatingsConfig[], json: boolean): Promise<void> {
  const lock = WorkspaceLock.acquire(workspace, 'granary collab train');
  try {
    const queue = configs.length > 1 ? `q-${Date.now().toString(36)}` : null;
    for (const [place, config] of configs.entries())
      await trainOne(workspace, config, { json, queue, place: `${place + 1}/${configs.length}` });
  } finally {
    lock.release();
  }
}

async function trainOne(
  workspace: string,
  config: RatingsConfig,
  { json, queue, place }: { json: boolean; queue: string | null; place: string },
): Promise<void> {
  const runId = newRatingsRunId(config);
  const status = new StatusLine(!json);
  const running = startJob(
    { type: 'collab-train', workspace, runId, name: ratingsRunName(config), queue, config },
    (event) => (json ? tellJson(runId, event) : tell(status, place, event)),
  );
  const stop = (): void => {
    process.exitCode = 130;
    running.stop();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    const { result } = await running.result;
    status.clear();
    if (json) printJson({ type: 'result', kind: 'ratings', runId, ...result });
    else process.stdout.write(`${finished(runId, result).join('\n')}\n`);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    status.clear();
  }
}

/** An event a line; an epoch's figures at its top level, where scripts look for them. */
function tellJson(runId: string, event: WorkerEvent): void {
  if (event.type === 'ratings-epoch') printJson({ type: 'epoch', kind: 'ratings', runId, ...event.log });
  else if (event.type === 'ratings-started') printJson({ type: 'run-started', runId, header: event.header });
  else if (event.type !== 'done' && event.type !== 'failed') printJson({ ...event, runId });
}

function tell(status: StatusLine, place: string, event: WorkerEvent): void {
  switch (event.type) {
    case 'ratings-started':
      status.print(heading(event.header, place).join('\n'));
      break;
    case 'ratings-epoch': {
      const { epoch, trainLoss, validLoss, rmse, mae, ratingsPerSecond, trainSeconds, validSeconds } =
        event.log;
      const cells = [
        String(epoch),
        formatLoss(trainLoss),
        formatLoss(validLoss),
        formatLoss(rmse),
        formatLoss(mae),
      ];
      cells.push(ratingsPerSecond.toFixed(0), formatDuration(trainSeconds + validSeconds));
      status.print(row(cells));
      break;
    }
    case 'progress':
      status.show(() => `[${place}] ${progressText(event)}`);
      break;
    case 'warning':
      status.print(pc.yellow(`Note: ${event.message}`));
      break;
  }
}

const row = (cells: readonly string[]): string =>
  cells.map((cell, k) => (k === 0 ? cell.padEnd(5) : cell.padStart(11))).join(' ');

function heading(
  { id, name, counts, config, parameters, optimizer, range }: RatingsHeader,
  place: string,
): string[] {
  const ends = range === null ? '' : `, range ${range[0]} to ${range[1]}`;
  return [
    `\n${pc.bold(`[${place}] ${name}`)}  ${pc.dim(id)}`,
    `${counts.users} users, ${counts.items} items, ${counts.train} rows to train, ${counts.valid} to validate; ` +
      `batch ${config.batchSize}; ${parameters} parameters (${optimizer})${ends}; seed ${config.seed}`,
    pc.bold(row(['epoch', 'train_loss', 'valid_loss', 'rmse', 'mae', 'ratings/s', 'time'])),
  ];
}

function finished(runId: string, result: RatingsResult): string[] {
  if (result.status !== 'finished') return [];
  const { baselines, ranking, best, epochs } = result;
  const lines = [`\nFinished in ${formatDuration(result.seconds)}: ${runId}`];
  if (result.rmse !== null)
    lines.push(`RMSE ${formatLoss(result.rmse)}, MAE ${formatLoss(result.mae)} on validation`);
  if (baselines !== null)
    lines.push(
      `To beat: ${formatLoss(baselines.itemUserMeans.rmse)} by item and user means, ${formatLoss(baselines.globalMean.rmse)} by the mean alone`,
    );
  if (best.epoch < epochs)
    lines.push(
      pc.yellow(
        `Validation was best in epoch ${best.epoch} (${formatLoss(best.validLoss)}): it overfits since. More weight decay, fewer factors or fewer epochs help.`,
      ),
    );
  if (ranking !== null)
    for (const [name, f] of [
      ['model', ranking.model],
      ['most taken', ranking.popularity],
    ] as const)
      lines.push(
        `Top ${f.k}, ${name}: recall ${f.recall.toFixed(3)}, precision ${f.precision.toFixed(3)}, NDCG ${f.ndcg.toFixed(3)}, MAP ${f.map.toFixed(3)}, coverage ${f.coverage.toFixed(3)} (${f.users} users)`,
      );
  return lines;
}
