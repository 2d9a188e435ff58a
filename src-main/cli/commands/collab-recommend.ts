import { resolve } from 'node:path';
import type { Command } from 'commander';
import { GranaryError } from '../../../shared/errors.ts';
import { UNKNOWN } from '../../../shared/recommender/scorer.ts';
import { workspacePath } from '../../files/paths.ts';
import { formatTable } from '../format.ts';
import { printJson } from '../output.ts';
import { historyOf } from '../../recommender/history.ts';
import { type OpenRecommender, openRecommender } from '../../recommender/open.ts';
import { type Recommended, recommend, writeTopCsv } from '../../recommender/top.ts';
import { keptRatings } from '../worker-job.ts';
import { integer } from '../run-flags.ts';

interface Flags {
  user?: string;
  all?: boolean;
  n: number;
  out?: string;
  withSeen?: boolean;
  workspace?: string;
  json?: boolean;
}

/** `granary collab recommend`: the items that a user, or each user, has not seen and would like best. */
export function register(collab: Command): void {
  collab
    .command('recommend')
    .description('Recommend items to one user, or write the best for all users to a CSV file.')
    .argument('<runs...>', 'a finished run, or several whose mean predicts')
    .option('--user <id>', 'whom to recommend to')
    .option('--all', 'recommend to every user; needs --out')
    .option('-n <n>', 'items a user', integer('-n'), 10)
    .option('--out <csv>', 'write user, rank, item, title and prediction here')
    .option('--with-seen', 'also recommend what the user has rated already')
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ granary collab recommend k3x9 --user 196
  $ granary collab recommend k3x9 p0zz --all -n 20 --out top20.csv`,
    )
    .action(answer);
}

async function answer(names: string[], flags: Flags): Promise<void> {
  if ((flags.user === undefined) === (flags.all !== true))
    throw new GranaryError('USAGE', 'Whom to recommend to?', 'Give either --user ID or --all.');
  if (flags.all === true && flags.out === undefined)
    throw new GranaryError('USAGE', '--all writes a file, and none is named.', 'Add --out top.csv');
  const workspace = workspacePath(flags.workspace);
  const json = flags.json === true;
  const model = await openRecommender(workspace, names);
  const history = historyOf(await keptRatings(workspace, model.runs[0]!, json), model.items);
  const list = (user: string): Recommended[] =>
    recommend(model, user, history(user), { n: flags.n, withSeen: flags.withSeen === true });
  const users = flags.all === true ? model.users : [flags.user!];
  if (flags.out !== undefined) {
    const rows = writeTopCsv(resolve(flags.out), users, list);
    if (json) printJson({ out: resolve(flags.out), users: users.length, rows });
    else process.stdout.write(`${rows} recommendations to ${users.length} users in ${flags.out}\n`);
    return;
  }
  const recommended = list(flags.user!);
  const known = model.scorers.some((scorer) => scorer.userIndex(flags.user!) !== UNKNOWN);
  if (json) printJson({ user: flags.user, known, recommended });
  else
    process.stdout.write(
      `${describe(model, flags.user!, known, recommended, history(flags.user!)).join('\n')}\n`,
    );
}

function describe(
  model: OpenRecommender,
  user: string,
  known: boolean,
  recommended: Recommended[],
  history: { item: number; rating: number | null }[],
): string[] {
  const liked = [...history].sort((a, b) => (b.rating ?? 1) - (a.rating ?? 1)).slice(0, 5);
  return [
    known
      ? `User ${user} has rated ${history.length} items; among the best: ${liked.map(({ item, rating }) => `${model.title(item)}${rating === null ? '' : ` (${rating})`}`).join(', ')}`
      : `User ${user} is unknown to the model: these are the items that the average user likes best, by their bias alone.`,
    '',
    ...formatTable(
      ['', 'item', 'title', 'predicted', 'because of'],
      recommended.map(({ rank, item, title, predicted, because }) => [
        String(rank),
        item,
        title,
        predicted.toFixed(3),
        because.join(', '),
      ]),
      ['item', 'title', 'because of'],
    ),
  ];
}
