import type { Command } from 'commander';
import { similarItems } from '../../../shared/recommender/similar.ts';
import { workspacePath } from '../../files/paths.ts';
import { formatTable } from '../format.ts';
import { printJson } from '../output.ts';
import { findItem, openRecommender } from '../../recommender/open.ts';
import { integer } from '../run-flags.ts';

interface Flags {
  n: number;
  workspace?: string;
  json?: boolean;
}

/** `granary collab similar`: items whose factors point the same way. */
export function register(collab: Command): void {
  collab
    .command('similar')
    .description('Items that the same people like: nearest by the cosine of their factors.')
    .argument('<run>', 'a finished run')
    .argument('<item>', 'its id, or a part of its title')
    .option('-n <n>', 'items to list', integer('-n'), 10)
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  $ granary collab similar k3x9 "Silence of the Lambs"')
    .action(async (name: string, text: string, flags: Flags) => {
      const model = await openRecommender(workspacePath(flags.workspace), [name]);
      const item = findItem(model, text);
      const similar = similarItems(model.scorers[0]!.weights, item, flags.n).map(
        ({ item: other, cosine }) => ({
          item: model.items[other]!,
          title: model.title(other),
          cosine,
        }),
      );
      if (flags.json === true)
        return printJson({ item: model.items[item], title: model.title(item), similar });
      const rows = similar.map(({ item: id, title, cosine }) => [id, title, cosine.toFixed(3)]);
      process.stdout.write(
        `Like ${model.title(item)}:\n${formatTable(['item', 'title', 'cosine'], rows, ['title']).join('\n')}\n`,
      );
    });
}
