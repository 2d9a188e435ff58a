import { resolve } from 'node:path';
import type { Command } from 'commander';
import { workspacePath } from '../../files/paths.ts';
import { printJson } from '../output.ts';
import { writeEmbeddings } from '../../recommender/embeddings.ts';
import { openRecommender } from '../../recommender/open.ts';

interface Flags {
  workspace?: string;
  json?: boolean;
}

/** `granary collab export`: embeddings for other programs. */
export function register(collab: Command): void {
  collab
    .command('export')
    .description("Write a run's embeddings as safetensors, and as TSV for TensorBoard's projector.")
    .argument('<run>', 'a finished run')
    .argument('<dest>', 'folder to write to')
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  $ granary collab export k3x9 embeddings/')
    .action(async (name: string, dest: string, flags: Flags) => {
      const model = await openRecommender(workspacePath(flags.workspace), [name]);
      const files = writeEmbeddings(model, resolve(dest));
      if (flags.json === true) printJson({ files });
      else process.stdout.write(`${files.join('\n')}\n`);
    });
}
