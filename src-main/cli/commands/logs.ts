import { createReadStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { layout } from '../../../shared/workspace-layout.ts';
import { workspacePath } from '../../files/paths.ts';
import { readLogEnd } from '../../runs/run-log.ts';
import { readRatingsRun } from '../../runs/ratings-runs.ts';
import { readRun, resolveRunId } from '../../runs/run-store.ts';
import { runFolder } from '../../runs/run-writer.ts';

const END_BYTES = 64_000;
const LOOK_MS = 500;

/** `granary logs RUN`: the end of what a run's worker printed. */
export function register(program: Command): void {
  program
    .command('logs')
    .description("Print the end of what a run's worker and its native libraries printed (worker.log).")
    .argument('<run>', 'id, or a beginning or the end of it that no other run shares')
    .option('-f, --follow', 'go on printing until the run has ended')
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .addHelpText('after', '\nExamples:\n  $ granary logs k3x9\n  $ granary logs k3x9 --follow')
    .action(async (text: string, flags: { follow?: boolean; workspace?: string }) => {
      const workspace = workspacePath(flags.workspace);
      const id = await resolveRunId(workspace, text);
      const path = join(runFolder(workspace, id), layout.run.log);
      // What comes after this is the next look's: measured before the end is read.
      let seen = existsSync(path) ? statSync(path).size : 0;
      process.stdout.write((await readLogEnd(workspace, id, END_BYTES))?.text ?? '');
      while (
        flags.follow === true &&
        (readRatingsRun(workspace, id) ?? (await readRun(workspace, id))).state === 'running'
      ) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
        const size = existsSync(path) ? statSync(path).size : 0;
        if (size <= seen) continue;
        for await (const chunk of createReadStream(path, { start: seen, end: size - 1 }))
          process.stdout.write(chunk as Buffer);
        seen = size;
      }
    });
}
