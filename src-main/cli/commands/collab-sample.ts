import { resolve } from 'node:path';
import type { Command } from 'commander';
import { shellWord } from '../format.ts';
import { printJson } from '../output.ts';
import { integer } from '../run-flags.ts';
import { runWorkerJob } from '../worker-job.ts';

interface Flags {
  users: number;
  items: number;
  ratings: number;
  seed: number;
  json?: boolean;
}

/** `granary collab sample`: ratings with planted factors, whose noise floor is known. */
export function register(collab: Command): void {
  collab
    .command('sample')
    .description("Draw ratings with planted biases and factors, in MovieLens-100k's form and shape.")
    .argument('<dest>', 'a new or empty folder')
    .option('--users <n>', 'users', integer('--users'), 943)
    .option('--items <n>', 'items', integer('--items'), 1682)
    .option('--ratings <n>', 'ratings', integer('--ratings'), 100_000)
    .option('--seed <n>', 'the same seed draws the same ratings', integer('--seed'), 1)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ granary collab sample data/films
  $ granary collab sample data/large --users 138493 --items 26744 --ratings 20000000

It writes u.data, u.item, a ready-made split (u1.base, u1.test; up to 2 million ratings) and truth.json: what was planted,
and the noise floor, the error of the best prediction that anybody could make.`,
    )
    .action(async (dest: string, { users, items, ratings, seed, json }: Flags) => {
      const job = { type: 'collab-sample', dest: resolve(dest), users, items, ratings, seed } as const;
      const result = await runWorkerJob(job, json === true);
      if (json === true) return printJson(result);
      const { rmse, validRmse } = result.noiseFloor;
      const file = (name: string): string => shellWord(`${dest}/${name}`);
      process.stdout.write(
        `Drew ${result.ratings} ratings by ${result.users} users of ${result.items} items in ${result.dest}\n` +
          `Noise floor: RMSE ${rmse.toFixed(4)}${validRmse === null ? '' : `, and ${validRmse.toFixed(4)} on u1.test`}\n\n` +
          (validRmse === null
            ? `Next: granary collab train ${file('u.data')} --batch-size 4096\n`
            : `Next: granary collab train ${file('u1.base')} --valid ${file('u1.test')} --items ${file('u.item')}\n`),
      );
    });
}
