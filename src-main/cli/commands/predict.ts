import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { GranaryError } from '../../../shared/errors.ts';
import type { PredictionReport } from '../../../shared/records/prediction.ts';
import { resolvePredictor } from '../../ensemble/predictor.ts';
import { givenPath, workspacePath } from '../../files/paths.ts';
import { writeExport } from '../../files/write-export.ts';
import { predictionCsv } from '../../report/prediction-csv.ts';
import { formatBar, printable } from '../format.ts';
import { printJson } from '../output.ts';
import { integer } from '../run-flags.ts';
import { runWorkerJob } from '../worker-job.ts';

interface Flags {
  tta?: boolean;
  top: number;
  out?: string;
  workspace?: string;
  json?: boolean;
}

/** `granary predict`: what a run or an ensemble says of pictures. */
export function register(program: Command): void {
  program
    .command('predict')
    .description('Predict pictures with a finished run or an ensemble: the most probable classes per target.')
    .argument('<source>', 'an ensemble’s id, or a run’s id or a unique beginning or end of it')
    .argument('<pictures...>', 'pictures, or folders with pictures')
    .option('--tta', 'with test-time augmentation, as the run judged itself')
    .option('--top <n>', 'classes to show of each target', integer('--top'), 5)
    .option('--out <csv>', 'also write a table, a row for each picture')
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ granary predict k3x9 leaf.jpg
  $ granary predict k3x9 photos/ --tta --top 3 --out photos.csv
  $ granary predict 20261125190000000 photos/ --json

Without --tta the probabilities are those that the run stored for the same file.`,
    )
    .action(async (source: string, pictures: string[], flags: Flags) => {
      if (flags.top < 1)
        throw new GranaryError('USAGE', `--top ${flags.top} shows nothing.`, 'Write --top 1 or more.');
      const workspace = workspacePath(flags.workspace);
      const json = flags.json === true;
      const predictor = await resolvePredictor(workspace, source);
      const report = await runWorkerJob(
        {
          ...{ type: 'predict', workspace, ...predictor, top: flags.top, tta: flags.tta === true },
          pictures: pictures.map(givenPath),
        } as const,
        json,
      );
      if (flags.out !== undefined) writeExport(resolve(flags.out), predictionCsv(report));
      if (json) printJson(report);
      else process.stdout.write(`${describe(report, flags.out).join('\n')}\n`);
      if (report.pictures.every(({ ok }) => !ok)) process.exitCode = 1;
    });
}

/** For people: each picture with its classes. */
export function describe(report: PredictionReport, out: string | undefined): string[] {
  const lines = report.pictures.flatMap((picture) => {
    const name = pc.bold(printable(picture.name));
    if (!picture.ok) return [name, `  ${pc.red(printable(picture.reason))}`, ''];
    const note = picture.note === null ? [] : [`  ${pc.yellow(picture.note)}`];
    const tables = picture.top.flatMap((classes, t) => [
      ...(report.targets.length > 1 ? [`  ${pc.dim(printable(report.targets[t]!.name))}`] : []),
      ...classes.map(
        ({ label, probability }) =>
          `  ${(100 * probability).toFixed(1).padStart(5)}%  ${pc.cyan(formatBar(probability, 16))}  ${printable(label)}`,
      ),
    ]);
    return [name, ...note, ...tables, ''];
  });
  const read = report.pictures.filter(({ ok }) => ok).length;
  const by = report.members.length > 1 ? `${report.members.length} runs together` : report.members[0]!.name;
  return [
    ...lines,
    pc.dim(
      `${read} of ${report.pictures.length} pictures predicted by ${by}${report.tta ? ', with test-time augmentation' : ''}, in ${report.seconds.toFixed(1)} s`,
    ),
    ...(out === undefined ? [] : [`Table: ${relative(process.cwd(), resolve(out))}`]),
  ];
}
