import { resolve } from 'node:path';
import type { Command } from 'commander';
import { rankingFigures } from '../../../shared/metrics/ranking.ts';
import { errorsOf } from '../../../shared/recommender/baselines.ts';
import { topN } from '../../../shared/recommender/top.ts';
import { workspacePath } from '../../files/paths.ts';
import { readRatingsStore } from '../../runs/ratings-store.ts';
import { GranaryError } from '../../../shared/errors.ts';
import { printJson } from '../output.ts';
import { historyOf } from '../../recommender/history.ts';
import { openRecommender } from '../../recommender/open.ts';
import { decimal, integer } from '../run-flags.ts';
import { keptRatings, runWorkerJob } from '../worker-job.ts';

interface Flags {
  k: number;
  liked?: number;
  workspace?: string;
  json?: boolean;
}

/** `granary collab evaluate`: errors and ranking figures on ratings that a run was not trained on. */
export function register(collab: Command): void {
  collab
    .command('evaluate')
    .description('Judge runs, or the mean of several, on a ratings file that they were not trained on.')
    .argument('<ratings>', 'ratings file, such as u1.test')
    .argument('<runs...>', 'a finished run, or several whose mean predicts')
    .option('-k <n>', 'places of a list that count', integer('-k'), 10)
    .option('--liked <x>', 'ratings from here on are worth finding (default: all)', decimal('--liked'))
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  $ granary collab evaluate ml-100k/u1.test k3x9 p0zz --liked 4')
    .action(async (file: string, names: string[], flags: Flags) => {
      const workspace = workspacePath(flags.workspace);
      const json = flags.json === true;
      const model = await openRecommender(workspace, names);
      const { items: _, ...options } = model.runs[0]!.header!.config.options;
      const path = resolve(file);
      await runWorkerJob({ type: 'collab-inspect', ratings: path, options, workspace }, json);
      const judged = readRatingsStore(workspace, path, options)?.table;
      if (judged === undefined)
        throw new GranaryError('DATASET_CHANGED', `${path} changes while it is read.`, 'Try again.');
      const truth = historyOf(judged, model.items);
      const trained = historyOf(await keptRatings(workspace, model.runs[0]!, json), model.items);
      const [given, predicted]: [number[], number[]] = [[], []];
      const lists = judged.users.map((user) => {
        const scores = model.predictAll(user);
        const relevant = new Set<number>();
        const seen = new Set(trained(user).map(({ item }) => item));
        for (const { item, rating } of truth(user)) {
          if (rating !== null) {
            given.push(rating);
            predicted.push(scores[item]!);
          }
          if (!seen.has(item) && (rating === null || rating >= (flags.liked ?? -Infinity)))
            relevant.add(item);
        }
        return { ranked: topN(scores, flags.k, seen), relevant };
      });
      const errors = given.length === 0 ? null : errorsOf(Float32Array.from(given), (row) => predicted[row]!);
      const ranking = rankingFigures(lists, flags.k, model.items.length);
      if (json) return printJson({ ratings: path, runs: model.runs.map(({ id }) => id), errors, ranking });
      process.stdout.write(
        [
          ...(errors === null
            ? []
            : [`RMSE ${errors.rmse.toFixed(4)}, MAE ${errors.mae.toFixed(4)} on ${given.length} ratings`]),
          `Top ${ranking.k} of ${ranking.users} users: precision ${ranking.precision.toFixed(4)}, recall ${ranking.recall.toFixed(4)}, NDCG ${ranking.ndcg.toFixed(4)}, MAP ${ranking.map.toFixed(4)}, coverage ${ranking.coverage.toFixed(4)}; what they had rated in training was left out`,
          '',
        ].join('\n'),
      );
    });
}
