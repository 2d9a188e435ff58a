import { resolve } from 'node:path';
import type { Command } from 'commander';
import { formatImageSize, parseImageSize } from '../../../shared/image-size.ts';
import { workspacePath } from '../../files/paths.ts';
import { printJson } from '../output.ts';
import { runWorkerJob } from '../worker-job.ts';
import { benchCommand } from './bench.ts';

/** `granary bench loader`: how fast pictures come from files, and from the pixel cache. */
export function register(program: Command): void {
  benchCommand(program)
    .command('loader')
    .description('Measure decoding into the pixel cache (cold) and reading from it (cached).')
    .argument('<folder>', 'a folder with JPEG and PNG pictures, at any depth')
    .option('--size <size>', 'size of the pixels: S or HEIGHTxWIDTH', '224')
    .option(
      '--workspace <dir>',
      'whose disk to measure; what is written is deleted again (default: GRANARY_WORKSPACE, else ~/Granary)',
    )
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ granary bench loader data/paddy --size 224
  $ granary bench loader data/paddy --size 480x640 --json`,
    )
    .action(async (folder: string, flags: { size: string; workspace?: string; json?: boolean }) => {
      const size = formatImageSize(parseImageSize(flags.size));
      const figures = await runWorkerJob(
        { type: 'bench-loader', dataset: resolve(folder), size, workspace: workspacePath(flags.workspace) },
        flags.json === true,
      );
      if (flags.json === true) printJson({ size, ...figures });
      else {
        process.stdout.write(
          `${figures.images} pictures at ${size}: ${figures.cold_images_per_s} images/s decoded into the cache, ` +
            `${figures.cached_images_per_s} images/s read from it\n`,
        );
      }
    });
}
