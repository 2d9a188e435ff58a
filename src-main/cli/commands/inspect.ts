import type { Command } from 'commander';
import pc from 'picocolors';
import type { DatasetOptions, Manifest, TargetSpec } from '../../../shared/records/dataset.ts';
import { givenPath, workspacePath } from '../../files/paths.ts';
import { formatBar, printable } from '../format.ts';
import { printJson } from '../output.ts';
import { runWorkerJob } from '../worker-job.ts';

/** More classes than this are summed up in one line. */
const CLASSES_SHOWN = 30;
const SIZES_SHOWN = 5;

interface Flags {
  imageColumn?: string;
  targetColumn?: string[];
  imagesDir?: string;
  testDir?: string | false;
  workspace?: string;
  json?: boolean;
}

/** `granary inspect`: what a dataset holds, and what is wrong with it. */
export function register(program: Command): void {
  program
    .command('inspect')
    .description('Read a dataset, look into every picture, and report classes, sizes and problems.')
    .argument(
      '<dataset>',
      'a folder with one folder for each label, a folder with a CSV and pictures, or a CSV',
    )
    .option('--image-column <name>', 'CSV: the column that names the picture (default: guessed)')
    .option(
      '--target-column <name>',
      'CSV: a column to predict; repeat it for several, the main one first (default: guessed)',
      (value: string, before: string[] = []) => [...before, value],
    )
    .option('--images-dir <dir>', 'folder of the training pictures (default: guessed)')
    .option('--test-dir <dir>', 'folder of the test pictures (default: guessed)')
    .option('--no-test-dir', 'there are no test pictures')
    .option(
      '--workspace <dir>',
      'where results are kept for the next time (default: GRANARY_WORKSPACE, else ~/Granary)',
    )
    .option('--json', 'print the manifest as one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ granary inspect data/paddy
  $ granary inspect data/paddy/train.csv --target-column variety
  $ granary inspect data/pets --no-test-dir --json > manifest.json

Bad pictures are listed and left out. Unchanged files are not opened again the next time.`,
    )
    .action(async (dataset: string, flags: Flags) => {
      const options: DatasetOptions = {
        imageColumn: flags.imageColumn,
        targetColumns: flags.targetColumn,
        imagesDir: flags.imagesDir,
        testDir: flags.testDir === false ? null : flags.testDir,
      };
      const workspace = workspacePath(flags.workspace);
      const json = flags.json === true;
      const { manifest } = await runWorkerJob(
        { type: 'inspect', dataset: givenPath(dataset), options, workspace },
        json,
      );
      if (json) printJson(manifest);
      else process.stdout.write(`${describe(manifest).join('\n')}\n`);
    });
}

/** The manifest for people: lines without line breaks. */
export function describe(manifest: Manifest): string[] {
  const { stats, train, test, sampleSubmission: submission } = manifest;
  const lines = [
    `${pc.bold(printable(manifest.name))}  ${pc.dim(printable(manifest.root))}`,
    `${plural(train.length, 'picture')} to train on${test.length > 0 ? `, ${test.length} to predict` : ''}; read from ${manifest.format === 'csv' ? 'a table' : 'label folders'}`,
  ];
  for (const note of manifest.notes ?? []) lines.push(pc.dim(printable(note)));
  for (const target of manifest.targets) lines.push('', ...describeTarget(target));

  lines.push('');
  const row = (name: string, text: string): void => void lines.push(`${pc.bold(name.padEnd(12))}${text}`);
  if (manifest.columns !== undefined) {
    const roles = manifest.columns.map(
      ({ name, role, distinct }) => `${name}: ${role === 'ignore' ? 'not used' : role} (${distinct} values)`,
    );
    row('Columns', printable(roles.join(', ')));
  }
  const sizes = manifest.sizes.slice(0, SIZES_SHOWN).map((s) => `${s.height} × ${s.width} (${s.count})`);
  const more = manifest.sizes.length - sizes.length;
  row(
    'Sizes',
    `${sizes.join(', ')}${more > 0 ? `, and ${plural(more, 'other')}` : ''}; height × width, as --size has it`,
  );
  row('Aspect', aspects(manifest));
  if (submission !== undefined)
    row(
      'Submission',
      `${submission.path}: ${plural(submission.ids.length, 'row')}, fills ${submission.targetColumns.join(', ')}`,
    );
  row('Checked', checked(stats, train.length + test.length));

  if (manifest.problems.length === 0) lines.push('', pc.green('No problems found.'));
  else lines.push('');
  for (const { severity, code, message } of manifest.problems)
    lines.push(`${severity === 'error' ? pc.red(code) : pc.yellow(code)}: ${printable(message)}`);
  return lines;
}

function describeTarget({ name, classes: labels, counts }: TargetSpec): string[] {
  const classes = labels.map(printable);
  const order = classes.map((_, i) => i).sort((a, b) => counts[b]! - counts[a]! || a - b);
  const shown = order.slice(0, CLASSES_SHOWN);
  const total = counts.reduce((a, b) => a + b, 0);
  const width = Math.max(...shown.map((i) => [...classes[i]!].length));
  const digits = String(counts[order[0]!]!).length;
  const lines = shown.map((i) => {
    const count = counts[i]!;
    const label = classes[i]! + ' '.repeat(width - [...classes[i]!].length);
    const share = `${((100 * count) / total).toFixed(1)}%`.padStart(6);
    return `  ${label}  ${String(count).padStart(digits)} ${share}  ${pc.cyan(formatBar(count / counts[order[0]!]!, 24))}`;
  });
  const rest = order.slice(CLASSES_SHOWN);
  if (rest.length > 0) lines.push(`  and ${plural(rest.length, 'smaller class', 'smaller classes')}`);
  return [`${pc.bold(printable(name))}  ${plural(classes.length, 'class', 'classes')}`, ...lines];
}

/** Shapes of the pictures: what a resize method will have to do. */
function aspects(manifest: Manifest): string {
  const count = (test: (aspect: number) => boolean): number =>
    manifest.sizes.reduce((sum, size) => sum + (test(size.width / size.height) ? size.count : 0), 0);
  const parts: [string, number][] = [
    ['upright', count((a) => a < 0.98)],
    ['square', count((a) => a >= 0.98 && a <= 1.02)],
    ['wide', count((a) => a > 1.02)],
  ];
  const ratios = manifest.sizes.map((size) => size.width / size.height);
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
  const shapes = parts.filter(([, n]) => n > 0).map(([name, n]) => `${n} ${name}`);
  return `${shapes.join(', ')}; width ÷ height ${low === high ? low : `${low} to ${high}`}`;
}

function checked(stats: Manifest['stats'], pictures: number): string {
  const time = `${stats.seconds.toFixed(1)} s`;
  if (stats.imagesPerSecond === 0)
    return `${plural(pictures, 'picture')} in ${time}: none has changed since the last time`;
  const left = stats.leftOut > 0 ? `, ${stats.leftOut} left out` : '';
  return `${plural(pictures, 'usable picture')}${left}, in ${time} (${stats.imagesPerSecond.toFixed(0)} images/s)`;
}

function plural(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
