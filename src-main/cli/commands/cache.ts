import { type Command, Option } from 'commander';
import { GranaryError } from '../../../shared/errors.ts';
import { type CacheName, cacheNames } from '../../../shared/ipc/data-views.ts';
import { clearCache, listCaches } from '../../caches/caches.ts';
import { workspacePath } from '../../files/paths.ts';
import { describeHolder, lockHolder } from '../../scheduler/lock.ts';
import { formatTable } from '../format.ts';
import { printJson } from '../output.ts';

/** `granary cache`: what is kept only because it is quicker, and how to be rid of it. */
export function register(program: Command): void {
  program
    .command('cache')
    .description('Show what the caches take on disk, or clear one.')
    .addOption(new Option('--clear <name>', 'delete what it holds').choices([...cacheNames]))
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ granary cache
  $ granary cache --clear pixels`,
    )
    .action(async (flags: { clear?: CacheName; workspace?: string; json?: boolean }) => {
      const workspace = workspacePath(flags.workspace);
      if (flags.clear !== undefined) {
        const holder = lockHolder(workspace);
        if (holder !== null)
          throw new GranaryError(
            'WORKSPACE_LOCKED',
            `${describeHolder(holder)} has the workspace ${workspace} open, and may be reading the cache.`,
            'Wait until it is done or close it; in the app, caches are cleared under Settings.',
          );
        await clearCache(workspace, flags.clear);
      }
      const caches = await listCaches(workspace);
      if (flags.json) return printJson({ caches, cleared: flags.clear ?? null });
      const rows = caches.map(({ name, bytes, files, path }) => [
        name,
        megabytes(bytes),
        String(files),
        path,
      ]);
      process.stdout.write(
        `${formatTable(['Cache', 'Size', 'Files', 'Where'], rows, ['Where']).join('\n')}\n`,
      );
      if (flags.clear !== undefined) process.stdout.write(`Cleared ${flags.clear}.\n`);
    });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;
}
