import { relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { formatImageSize, parseImageSize } from '../../../shared/image-size.ts';
import { previewSettingsSchema } from '../../../shared/records/preview.ts';
import { type ResizeMethod, resizeMethodSchema } from '../../../shared/records/run-config.ts';
import { givenPath, workspacePath } from '../../files/paths.ts';
import { printJson } from '../output.ts';
import { type AugmentFlags, addAugmentFlags, augmentOf, integer } from '../run-flags.ts';
import { runWorkerJob } from '../worker-job.ts';
import { GranaryError } from '../../../shared/errors.ts';

interface Flags extends AugmentFlags {
  id: string;
  out: string;
  resize: string;
  size: string;
  presize?: string;
  padMode: 'zeros' | 'border' | 'reflection';
  views: number;
  seed: number;
  imageColumn?: string;
  workspace?: string;
  json?: boolean;
}

/** `granary preview`: one picture as runs would see it. */
export function register(program: Command): void {
  const command = program
    .command('preview')
    .description('Draw one picture as runs would see it: every resize method at every size, and augmented.')
    .argument('<dataset>', 'as for `granary inspect`')
    .requiredOption('--id <id>', 'the picture’s id, as `granary inspect --json` lists it')
    .requiredOption('--out <dir>', 'folder for the PNGs')
    .option('--resize <list>', 'squish, crop and pad, separated by commas', 'squish,crop,pad')
    .option('--size <list>', 'training sizes, such as 128 or 128,320x240 (height first)', '128')
    .option('--presize <size>', 'size of the cached pixels (default: 1.5 × size)')
    .addOption(
      new Option('--pad-mode <mode>', 'what pad fills with')
        .choices(['zeros', 'border', 'reflection'])
        .default('zeros'),
    )
    .option('--views <n>', 'augmented views of each', integer('--views'), 5)
    .option('--seed <n>', 'the same seed draws the same views', integer('--seed'), 0);
  addAugmentFlags(command)
    .option('--image-column <name>', 'CSV: the column that names the picture (default: guessed)')
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ granary preview data/paddy --id 100001.jpg --out preview
  $ granary preview data/paddy --id 100001.jpg --resize crop,pad --size 128,224 --views 8 --out preview

The files come from the code that runs use. The cached pixels end in -presized, what judges in -plain, what is learnt from in -view-N.`,
    )
    .action(async (dataset: string, flags: Flags) => {
      const settings = previewSettingsSchema.safeParse({
        resize: flags.resize.split(',').map(resizeMethod),
        sizes: flags.size.split(',').map((text) => parseImageSize(text.trim())),
        presize: flags.presize === undefined ? undefined : parseImageSize(flags.presize),
        ...{ padMode: flags.padMode, views: flags.views, seed: flags.seed, augment: augmentOf(flags) },
      });
      if (!settings.success) {
        const issue = settings.error.issues[0]!;
        throw new GranaryError('USAGE', `${issue.path.join('.')}: ${issue.message}.`, 'See --help.');
      }
      const json = flags.json === true;
      const report = await runWorkerJob(
        {
          ...{ type: 'preview', dataset: givenPath(dataset), id: flags.id, dest: resolve(flags.out) },
          datasetOptions: { imageColumn: flags.imageColumn },
          ...{ workspace: workspacePath(flags.workspace), settings: settings.data },
        } as const,
        json,
      );
      if (json) return printJson(report);
      const lines = report.pairs.map(
        ({ resize, size, presize, views }) =>
          `  ${resize.padEnd(6)} ${formatImageSize(presize)} → ${formatImageSize(size)}, and ${views.length} augmented views`,
      );
      process.stdout.write(
        `${pc.bold(report.id)}  ${report.height} × ${report.width} (height × width)\n${lines.join('\n')}\n${pc.dim(`Drawn in ${relative(process.cwd(), report.dest) || '.'}`)}\n`,
      );
    });
}

function resizeMethod(text: string): ResizeMethod {
  const method = resizeMethodSchema.safeParse(text.trim());
  if (method.success) return method.data;
  throw new GranaryError(
    'USAGE',
    `There is no resize method "${text.trim()}".`,
    'Choose from squish, crop and pad.',
  );
}
