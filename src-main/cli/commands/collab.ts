import type { Command } from 'commander';
import { register as evaluate } from './collab-evaluate.ts';
import { register as explain } from './collab-explain.ts';
import { register as exportEmbeddings } from './collab-export.ts';
import { register as inspect } from './collab-inspect.ts';
import { register as pca } from './collab-pca.ts';
import { register as recommend } from './collab-recommend.ts';
import { register as sample } from './collab-sample.ts';
import { register as similar } from './collab-similar.ts';
import { register as train } from './collab-train.ts';

/** `granary collab …`: collaborative filtering, from a ratings file to recommendations. */
export function register(program: Command): void {
  const collab = program
    .command('collab')
    .description('Collaborative filtering: from a ratings file to recommendations and what they mean.')
    .addHelpText(
      'after',
      `
Example:
  $ granary collab sample data/films
  $ granary collab train data/films/u1.base --valid data/films/u1.test --items data/films/u.item`,
    );
  for (const each of [sample, inspect, train, recommend, similar, explain, pca, evaluate, exportEmbeddings])
    each(collab);
}
