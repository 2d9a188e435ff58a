import type { Command } from 'commander';
import { scoreSubmission } from '../../ensemble/score.ts';
import { percent } from '../../report/html.ts';
import { printJson } from '../output.ts';

export function register(program: Command): void {
  program
    .command('score')
    .description('Compare a submission with a file of known answers, joined by image id')
    .argument('<submission>', 'a submission file')
    .argument('<answers>', 'a CSV with the same id column first and the true labels')
    .option('--json', 'print the figures as JSON')
    .addHelpText('after', '\nExample:\n  $ granary score submission.csv demo/dataset/answers/test_labels.csv')
    .action(async (submission: string, answers: string, flags: { json?: boolean }) => {
      const scores = await scoreSubmission(submission, answers);
      if (flags.json) printJson(scores);
      else
        for (const { kind, column, images, wrong, errorRate } of scores)
          process.stdout.write(
            `${kind === 'column' ? column : 'All of them right'}: error rate ${percent(errorRate)} (${wrong} of ${images} wrong)\n`,
          );
    });
}
