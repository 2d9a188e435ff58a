import type { Command } from 'commander';
import { itemsByBias } from '../../../shared/recommender/biases.ts';
import { explain } from '../../../shared/recommender/explain.ts';
import { workspacePath } from '../../files/paths.ts';
import { formatTable } from '../format.ts';
import { printJson } from '../output.ts';
import { historyOf } from '../../recommender/history.ts';
import { type OpenRecommender, findItem, openRecommender } from '../../recommender/open.ts';
import { keptRatings } from '../worker-job.ts';
import { integer } from '../run-flags.ts';

interface Flags {
  user?: string;
  item?: string;
  n: number;
  least: number;
  workspace?: string;
  json?: boolean;
}

/** `granary collab explain`: what a recommender has learnt, and why it predicts what it does. */
export function register(collab: Command): void {
  collab
    .command('explain')
    .description(
      "Items' biases, or, for a user, their ratings beside predictions and a prediction's reasons.",
    )
    .argument('<run>', 'a finished run')
    .option('--user <id>', 'whose predictions')
    .option('--item <id>', 'with --user: of which item, by its id or a part of its title')
    .option('-n <n>', 'lines', integer('-n'), 10)
    .option('--least <n>', 'ratings that an item needs to be listed by its bias', integer('--least'), 10)
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ granary collab explain k3x9                          best and worst items, given their audience
  $ granary collab explain k3x9 --user 196               what they gave beside what was predicted
  $ granary collab explain k3x9 --user 196 --item 242    why this prediction`,
    )
    .action(async (name: string, flags: Flags) => {
      const workspace = workspacePath(flags.workspace);
      const model = await openRecommender(workspace, [name]);
      if (flags.user === undefined) return tellBiases(model, flags);
      if (flags.item !== undefined) return tellReasons(model, flags.user, findItem(model, flags.item), flags);
      const table = await keptRatings(workspace, model.runs[0]!, flags.json === true);
      tellHistory(model, flags.user, historyOf(table, model.items)(flags.user), flags);
    });
}

function tellBiases(model: OpenRecommender, { n, least, json }: Flags): void {
  const { weights } = model.scorers[0]!;
  const order = itemsByBias(weights, least);
  const line = (item: number) => ({
    item: model.items[item]!,
    title: model.title(item),
    bias: weights.bias!.item[item]!,
    ratings: weights.seen.item[item]!,
  });
  const best = (order ?? []).slice(0, n).map(line);
  const worst = (order ?? []).slice(-n).reverse().map(line);
  if (json === true) return printJson({ hasBias: order !== null, best, worst });
  if (order === null) {
    process.stdout.write('This model has no biases. Train one with --model dot-bias.\n');
    return;
  }
  const table = (rows: typeof best): string[] =>
    formatTable(
      ['item', 'title', 'bias', 'ratings'],
      rows.map(({ item, title, bias, ratings }) => [item, title, bias.toFixed(3), String(ratings)]),
      ['title'],
    );
  process.stdout.write(
    `${['Liked more than their audience and factors explain:', ...table(best), '', 'Liked less:', ...table(worst)].join('\n')}\n`,
  );
}

function tellReasons(model: OpenRecommender, user: string, item: number, { n, json }: Flags): void {
  const scorer = model.scorers[0]!;
  const reasons = explain(scorer, scorer.userIndex(user), scorer.itemIndex(model.items[item]!), n);
  if (json === true)
    return printJson({ user, item: model.items[item], title: model.title(item), ...reasons });
  const rows = reasons.parts.map(({ name, value }) => [name, `${value >= 0 ? '+' : ''}${value.toFixed(3)}`]);
  process.stdout.write(
    [
      `User ${user} and ${model.title(item)}: ${reasons.predicted.toFixed(3)} predicted`,
      ...(reasons.note === null ? [] : [reasons.note]),
      ...(rows.length === 0
        ? ['A network mixes everything: it has no parts that could be told apart.']
        : formatTable(['part of the score', 'adds'], rows)),
      '',
    ].join('\n'),
  );
}

function tellHistory(
  model: OpenRecommender,
  user: string,
  history: { item: number; rating: number | null }[],
  { n, json }: Flags,
): void {
  const scorer = model.scorers[0]!;
  const index = scorer.userIndex(user);
  const rows = history
    .map(({ item, rating }) => ({
      item: model.items[item]!,
      title: model.title(item),
      rating,
      predicted: scorer.predict(index, scorer.itemIndex(model.items[item]!)),
    }))
    .sort((a, b) => (b.rating ?? 0) - (a.rating ?? 0) || b.predicted - a.predicted);
  if (json === true) return printJson({ user, known: index >= 0, history: rows });
  process.stdout.write(
    [
      rows.length === 0
        ? `User ${user} has rated nothing in this file.`
        : `User ${user}, ${rows.length} ratings:`,
      ...formatTable(
        ['item', 'title', 'given', 'predicted'],
        rows
          .slice(0, n)
          .map(({ item, title, rating, predicted }) => [
            item,
            title,
            String(rating ?? '–'),
            predicted.toFixed(3),
          ]),
        ['title'],
      ),
      '',
    ].join('\n'),
  );
}
