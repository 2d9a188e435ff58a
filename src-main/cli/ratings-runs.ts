import { join } from 'node:path';
import pc from 'picocolors';
import type { RatingsRun } from '../../shared/records/ratings-run.ts';
import { formatMb } from '../../shared/memory.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { formatDuration, formatLoss, formatTable } from './format.ts';

/** A recommender run's figures under the names that scripts read; null where there is none (yet). */
export function ratingsFigures(run: RatingsRun, workspace: string) {
  const { header, epochs, result } = run;
  const finished = result?.status === 'finished' ? result : null;
  const last = epochs.at(-1);
  return {
    kind: 'ratings' as const,
    run: run.id,
    name: run.notes.name ?? header?.name ?? run.id,
    state: run.state,
    dataset: header?.datasetName ?? null,
    created: header?.created ?? null,
    epochs: epochs.length,
    epochs_planned: header?.config.epochs ?? null,
    train_loss: last?.trainLoss ?? null,
    valid_loss: finished?.validLoss ?? last?.validLoss ?? null,
    mse: finished?.mse ?? last?.mse ?? null,
    rmse: finished?.rmse ?? last?.rmse ?? null,
    mae: finished?.mae ?? last?.mae ?? null,
    best_epoch: finished?.best.epoch ?? null,
    best_valid_loss: finished?.best.validLoss ?? null,
    seconds: finished?.seconds ?? null,
    valid_hash: header?.validHash ?? null,
    seed: header?.config.seed ?? null,
    tags: run.notes.tags,
    note: run.notes.note,
    archived: run.notes.archived,
    folder: join(workspace, layout.runs, run.id),
    problem: run.problem ?? (result !== null && result.status !== 'finished' ? result.error.message : null),
  };
}

/** The recommender runs of a workspace, a line each. */
export function ratingsRunLines(runs: readonly RatingsRun[], workspace: string): string[] {
  const [head, ...lines] = formatTable(
    ['id', 'state', 'epochs', 'valid_loss', 'rmse', 'mae', 'best epoch', 'time', 'dataset'],
    runs.map((run) => {
      const figures = ratingsFigures(run, workspace);
      return [
        figures.run,
        figures.state,
        `${figures.epochs}/${figures.epochs_planned ?? '?'}`,
        formatLoss(figures.valid_loss),
        formatLoss(figures.rmse),
        formatLoss(figures.mae),
        String(figures.best_epoch ?? '–'),
        figures.seconds === null ? '–' : formatDuration(figures.seconds),
        figures.dataset ?? '–',
      ];
    }),
    ['state', 'dataset'],
  );
  const hashes = new Set(runs.flatMap(({ header }) => (header === null ? [] : [header.validHash])));
  return [
    pc.bold(head!),
    ...lines,
    ...(hashes.size > 1
      ? [
          pc.dim(
            'These were judged on different validation ratings: compare runs of one seed or one --valid file.',
          ),
        ]
      : []),
  ];
}

/** Everything about one recommender run. */
export function describeRatingsRun(run: RatingsRun, workspace: string): string {
  const { header, epochs, result } = run;
  const parts = [
    `${pc.bold(run.notes.name ?? header?.name ?? run.id)}  ${run.state}`,
    join(workspace, layout.runs, run.id),
  ];
  if (run.problem !== null) parts.push(pc.red(run.problem));
  if (header !== null) {
    const { config, counts, range } = header;
    parts.push(
      '',
      `ratings   ${header.datasetName} (${config.ratings}): ${counts.users} users, ${counts.items} items`,
      `split     ${config.split.type}: ${counts.train} to train, ${counts.valid} to validate`,
      `model     ${config.model}, ${header.parameters} parameters (${header.optimizer})${range === null ? '' : `, range ${range[0]} to ${range[1]}`}, intercept ${config.intercept}`,
      `training  batch ${config.batchSize}, learning rate ${config.lr}, ${config.decay} weight decay ${config.weightDecay}, seed ${config.seed}`,
      ...header.warnings.map((warning) => pc.yellow(`Note: ${warning}`)),
    );
  }
  if (epochs.length > 0)
    parts.push(
      '',
      ...formatTable(
        ['epoch', 'train_loss', 'valid_loss', 'rmse', 'mae', 'ratings/s', 'time'],
        epochs.map((log) => [
          String(log.epoch),
          formatLoss(log.trainLoss, 6),
          formatLoss(log.validLoss, 6),
          formatLoss(log.rmse, 6),
          formatLoss(log.mae, 6),
          log.ratingsPerSecond.toFixed(0),
          formatDuration(log.trainSeconds + log.validSeconds),
        ]),
      ),
    );
  if (result?.status === 'finished') {
    const { best, baselines } = result;
    const predicted = header?.predictedMb ?? null;
    parts.push(
      '',
      `memory    ${formatMb(result.peakRssMb)} at its peak${predicted === null ? '' : `, ${formatMb(predicted)} predicted`}`,
    );
    parts.push('', `Best validation loss ${formatLoss(best.validLoss)} in epoch ${best.epoch}`);
    if (baselines !== null)
      parts.push(
        `To beat: RMSE ${formatLoss(baselines.itemUserMeans.rmse)} by item and user means, ${formatLoss(baselines.globalMean.rmse)} by the mean alone`,
      );
  } else if (result !== null) {
    parts.push('', pc.red(`${result.error.code}: ${result.error.message}`));
    if (result.error.fix !== undefined) parts.push(result.error.fix);
  }
  return parts.join('\n');
}
