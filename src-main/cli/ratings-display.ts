import pc from 'picocolors';
import type { RatingsEpoch, RatingsHeader, RatingsResult } from '../../shared/records/ratings-run.ts';
import { formatDuration, formatLoss } from './format.ts';

const row = (cells: readonly string[]): string =>
  cells.map((cell, k) => (k === 0 ? cell.padEnd(5) : cell.padStart(11))).join(' ');

/** What is printed when a recommender begins, with the head of its table. */
export function ratingsHeading({ counts, config, parameters, optimizer, range }: RatingsHeader): string[] {
  const ends = range === null ? '' : `, range ${range[0]} to ${range[1]}`;
  return [
    `${counts.users} users, ${counts.items} items, ${counts.train} rows to train, ${counts.valid} to validate; ` +
      `batch ${config.batchSize}; ${parameters} parameters (${optimizer})${ends}; seed ${config.seed}`,
    pc.bold(row(['epoch', 'train_loss', 'valid_loss', 'rmse', 'mae', 'ratings/s', 'time'])),
  ];
}

/** A line of the table. */
export function ratingsRow(log: RatingsEpoch): string {
  return row([
    String(log.epoch),
    formatLoss(log.trainLoss),
    formatLoss(log.validLoss),
    formatLoss(log.rmse),
    formatLoss(log.mae),
    log.ratingsPerSecond.toFixed(0),
    formatDuration(log.trainSeconds + log.validSeconds),
  ]);
}

/** How a recommender came out, and what it should be compared with. */
export function ratingsOutcome(runId: string, result: RatingsResult): string[] {
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
