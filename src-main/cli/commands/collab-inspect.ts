import type { Command } from 'commander';
import pc from 'picocolors';
import type { RatingsManifest } from '../../../shared/records/ratings.ts';
import { givenPath, workspacePath } from '../../files/paths.ts';
import { type RatingsFlags, addRatingsFlags, ratingsOptionsOf } from '../collab-flags.ts';
import { formatBar, formatTable } from '../format.ts';
import { printJson } from '../output.ts';
import { runWorkerJob } from '../worker-job.ts';

interface Flags extends RatingsFlags {
  workspace?: string;
  json?: boolean;
}

/** `granary collab inspect`: what is in a ratings file, before anything is trained. */
export function register(collab: Command): void {
  const command = collab
    .command('inspect')
    .description('Read and check a ratings file: its scale, who rated what, what is wrong with it.')
    .argument('<ratings>', 'u.data, ratings.csv, ratings.dat, or any table of user, item, rating and time');
  addRatingsFlags(command)
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ granary collab inspect ml-100k/u.data --items ml-100k/u.item
  $ granary collab inspect purchases.csv --user-column customer --item-column sku --no-rating-column`,
    )
    .action(async (ratings: string, flags: Flags) => {
      const json = flags.json === true;
      const { manifest } = await runWorkerJob(
        {
          type: 'collab-inspect',
          ratings: givenPath(ratings),
          options: ratingsOptionsOf(flags),
          workspace: workspacePath(flags.workspace),
        },
        json,
      );
      if (json) printJson(manifest);
      else process.stdout.write(`${describe(manifest).join('\n')}\n`);
    });
}

function describe(manifest: RatingsManifest): string[] {
  const { format, scale, perUser, perItem } = manifest;
  const columns = [`user "${format.user}"`, `item "${format.item}"`];
  if (format.rating !== null) columns.push(`rating "${format.rating}"`);
  if (format.time !== null) columns.push(`time "${format.time}"`);
  const highest = Math.max(...manifest.histogram.map(({ count }) => count));
  return [
    `${pc.bold(manifest.name)}  ${manifest.ratings} ${manifest.implicit ? 'rows' : 'ratings'} by ${manifest.users} users of ${manifest.items} items`,
    `${(100 * manifest.density).toFixed(2)}% of the table is filled; ${perUser.min} to ${perUser.max} a user (median ${perUser.median}), ${perItem.min} to ${perItem.max} an item (median ${perItem.median})`,
    `Columns: ${columns.join(', ')}`,
    scale === null
      ? 'No ratings: a row says that the user took the item. Items that a user has not taken are sampled as negatives.'
      : `Ratings from ${scale.min} to ${scale.max}${scale.step === null ? '' : ` in steps of ${scale.step}`}, mean ${scale.mean.toFixed(3)}`,
    ...manifest.histogram.map(
      ({ rating, count }) =>
        `  ${String(Number(rating.toFixed(3))).padStart(6)}  ${String(count).padStart(9)}  ${pc.cyan(formatBar(count / highest, 24))}`,
    ),
    '',
    ...crossTabLines(manifest),
    ...(manifest.problems.length === 0 ? ['', 'No problems found.'] : ['']),
    ...manifest.problems.map(
      ({ code, message, examples }) => `${pc.yellow(code)}  ${message} (${examples.join(', ')})`,
    ),
  ];
}

/** The most active users by the most rated items, as the lesson shows a ratings file. */
function crossTabLines({ crossTab, implicit }: RatingsManifest): string[] {
  const shown = { users: crossTab.users.slice(0, 10), items: crossTab.items.slice(0, 10) };
  const rows = shown.users.map((user, row) => [
    user,
    ...shown.items.map((_, column) => {
      const cell = crossTab.cells[row]![column]!;
      return cell === null ? '·' : implicit ? '1' : String(cell);
    }),
  ]);
  const legend = shown.items
    .filter(({ title }) => title !== null)
    .map(({ id, title }) => pc.dim(`  ${id.padStart(8)}  ${title}`));
  return [
    'The most active users by the most rated items:',
    ...formatTable(['user', ...shown.items.map(({ id }) => id)], rows).map((line) => `  ${line}`),
    ...legend,
  ];
}
