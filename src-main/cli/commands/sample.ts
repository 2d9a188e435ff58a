import { resolve } from 'node:path';
import type { Command } from 'commander';
import { GranaryError } from '../../../shared/errors.ts';
import { shellWord } from '../format.ts';
import { printJson } from '../output.ts';
import { integer } from '../run-flags.ts';
import { runWorkerJob } from '../worker-job.ts';

/** Training pictures drawn unless told otherwise: enough to learn from, few enough to draw in a minute. */
const DEFAULT_IMAGES = 1000;

/** `granary sample`: a dataset to try everything on. */
export function register(program: Command): void {
  program
    .command('sample')
    .description(
      'Draw the sample dataset: paddy leaves, ten diseases, five varieties, a test set with hidden answers.',
    )
    .argument('<dest>', 'a new or empty folder')
    .option(
      '--images <n>',
      'training pictures; three tenths as many test pictures come with them',
      integer('--images'),
      DEFAULT_IMAGES,
    )
    .option('--seed <n>', 'the same seed draws the same pictures', integer('--seed'), 1)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ granary sample data/paddy
  $ granary sample data/small --images 200 --seed 7

The pictures are 480 wide and 640 high. answers/test_labels.csv scores a submission (granary score); nothing trains on it.`,
    )
    .action(async (dest: string, flags: { images: number; seed: number; json?: boolean }) => {
      if (flags.images < 40 || flags.images > 100_000) {
        throw new GranaryError(
          'USAGE',
          `--images ${flags.images} cannot be drawn.`,
          'Ten classes need at least 40 pictures; 100000 is the most.',
        );
      }
      const json = flags.json === true;
      const job = { type: 'sample', dest: resolve(dest), images: flags.images, seed: flags.seed } as const;
      const result = await runWorkerJob(job, json);
      if (json) return printJson(result);
      process.stdout.write(
        `Drew ${result.train} training and ${result.test} test pictures in ${result.dest}\n` +
          `The test pictures' answers: ${result.answers}\n\nNext: granary inspect ${shellWord(dest)}\n`,
      );
    });
}
