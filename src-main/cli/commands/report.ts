import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { workspacePath } from '../../files/paths.ts';
import { createReport } from '../../report/create.ts';
import { percent } from '../../report/html.ts';
import { printJson } from '../output.ts';

interface Flags {
  out: string;
  title: string;
  ensemble?: string;
  answers?: string;
  workspace?: string;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command('report')
    .description('Write a self-contained HTML page: curves, table of runs, what the ensemble confuses')
    .argument('[runs...]', 'run ids (default: the members of the ensemble, else all runs)')
    .option('--out <html>', 'where to write it', 'report.html')
    .option('--title <text>', 'heading', 'Granary report')
    .option('--ensemble <id>', 'which ensemble to show (default: the newest)')
    .option(
      '--answers <csv>',
      'known answers for the test pictures, to score every member and the ensemble on',
    )
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print what was written as JSON')
    .addHelpText('after', '\nExample:\n  $ granary report --title "Paddy, second night" --out report.html')
    .action(async (runs: string[], flags: Flags) => {
      const out = resolve(flags.out);
      const written = await createReport({
        workspace: workspacePath(flags.workspace),
        runs,
        ensemble: flags.ensemble,
        answers: flags.answers,
        title: flags.title,
        out,
      });
      if (flags.json) {
        printJson({ out, ...written });
        return;
      }
      if (written.hidden !== null) {
        const { targets, exactMatch } = written.hidden;
        const scores = targets.map(({ target, ...score }) => ({ what: `Error rates, ${target}`, ...score }));
        if (exactMatch !== null) scores.push({ what: 'Wrong in at least one target', ...exactMatch });
        for (const { what, images, runs, ensemble } of scores) {
          const rows = [...runs, { run: 'ensemble', errorRate: ensemble }];
          const lines = rows.map((row) => `  ${percent(row.errorRate).padStart(6)}  ${row.run}\n`);
          process.stdout.write(`${what}, on ${images} hidden answers:\n${lines.join('')}`);
        }
      }
      process.stdout.write(`Report on ${written.runs} runs in ${relative(process.cwd(), out)}\n`);
    });
}
