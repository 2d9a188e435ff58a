import pc from 'picocolors';
import { emptyNotes } from '../../shared/records/run-notes.ts';
import type { QueueItem } from '../../shared/records/queue.ts';
import { readRatingsRun } from '../runs/ratings-runs.ts';
import { formatDuration, formatLoss, formatTable } from './format.ts';
import { printJson } from './output.ts';
import { ratingsOutcome } from './ratings-display.ts';
import { ratingsFigures } from './ratings-runs.ts';

/** Tells how a recommender came out; nothing of one that did not finish. With `json` a line with `mse` and `rmse`. */
export function reportRecommender({ runId }: QueueItem, workspace: string, json: boolean): void {
  const result = readRatingsRun(workspace, runId)?.result;
  if (result?.status !== 'finished') return;
  if (json) printJson({ type: 'result', kind: 'ratings', runId, ...result });
  else process.stdout.write(`${ratingsOutcome(runId, result).join('\n')}\n`);
}

/** A recommender's figures; what only the queue knows where it has no folder. */
export function queuedRatingsFigures(item: QueueItem, workspace: string) {
  const run = readRatingsRun(workspace, item.runId) ?? {
    ...{ kind: 'ratings' as const, id: item.runId, state: 'failed' as const, header: null },
    ...{ epochs: [], result: null, notes: emptyNotes, problem: null },
  };
  const figures = ratingsFigures(run, workspace);
  return {
    ...figures,
    name: item.name,
    state: item.state,
    problem: item.error?.message ?? figures.problem,
    fix: item.error?.fix ?? null,
  };
}

/** Several recommenders of a queue side by side, the best by validation first among those that finished. */
export function sweepLines(items: readonly QueueItem[], workspace: string): string[] {
  const rows = items
    .map((item) => queuedRatingsFigures(item, workspace))
    .sort((a, b) => (a.valid_loss ?? Infinity) - (b.valid_loss ?? Infinity));
  const [head, ...lines] = formatTable(
    ['run', 'state', 'valid_loss', 'rmse', 'mae', 'best epoch', 'time', 'id'],
    rows.map((row) => [
      row.name,
      row.state,
      formatLoss(row.valid_loss),
      formatLoss(row.rmse),
      formatLoss(row.mae),
      String(row.best_epoch ?? '–'),
      row.seconds === null ? '–' : formatDuration(row.seconds),
      row.run,
    ]),
    ['state', 'id'],
  );
  return [pc.bold(head!), ...lines];
}
