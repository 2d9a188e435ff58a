import { extname, resolve } from 'node:path';
import type { Command } from 'commander';
import { GranaryError } from '../../../shared/errors.ts';
import { csvLines } from '../../files/csv.ts';
import { workspacePath } from '../../files/paths.ts';
import { writeExport } from '../../files/write-export.ts';
import { openRecommender } from '../../recommender/open.ts';
import { itemMap } from '../../recommender/views.ts';
import { scatterSvg } from '../../report/svg-scatter.ts';
import { formatTable } from '../format.ts';
import { printJson } from '../output.ts';
import { integer } from '../run-flags.ts';

interface Flags {
  n: number;
  out?: string;
  workspace?: string;
  json?: boolean;
}

/** `granary collab pca`: the items on the two main axes of their factors. */
export function register(collab: Command): void {
  collab
    .command('pca')
    .description('The most rated items on the two main axes of their factors: a table, or a picture.')
    .argument('<run>', 'a finished run')
    .option('-n <n>', 'items, the most rated first', integer('-n'), 100)
    .option('--out <file>', 'write a table (.csv) or a picture with titles (.svg)')
    .option('--workspace <dir>', 'workspace (default: GRANARY_WORKSPACE, else ~/Granary)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  $ granary collab pca k3x9 --out map.svg\n  $ granary collab pca k3x9 -n 1000 --out map.csv',
    )
    .action(async (name: string, { n, out, workspace, json }: Flags) => {
      const write = out === undefined ? null : writerOf(out);
      if (n < 1)
        throw new GranaryError('USAGE', `-n needs 1 or more, and ${n} was given.`, 'For example: -n 100');
      const map = itemMap(await openRecommender(workspacePath(workspace), [name]), n);
      if (write !== null) writeExport(resolve(out!), write(map));
      if (json === true) return printJson({ ...map, out: out === undefined ? null : resolve(out) });
      const [x, y] = map.explained.map((share) => `${(100 * share).toFixed(1)}%`);
      process.stdout.write(
        `${map.points.length} of ${map.items} items; the axes hold ${x} and ${y} of the variance\n` +
          (write === null
            ? `${formatTable(
                ['item', 'title', 'x', 'y', 'ratings'],
                map.points.map((p) => [p.item, p.title, p.x.toFixed(3), p.y.toFixed(3), String(p.ratings)]),
                ['title'],
              ).join('\n')}\n`
            : `Written to ${resolve(out!)}\n`),
      );
    });
}

type ItemMap = ReturnType<typeof itemMap>;

/** @throws GranaryError USAGE for a file of another kind */
function writerOf(out: string): (map: ItemMap) => string {
  const kind = extname(out).toLowerCase();
  if (kind === '.csv') return asCsv;
  if (kind === '.svg') return asSvg;
  throw new GranaryError('USAGE', `${out} is neither a .csv nor a .svg file.`, 'For example: --out map.svg');
}

/** Numbers stay numbers: a cell of text that begins with a minus is quoted, as a spreadsheet would take it for a formula. */
const fixed = (value: number): number => Number(value.toFixed(5));

function asCsv({ points }: ItemMap): string {
  const rows = points.map(({ item, title, x, y, ratings }) => [item, title, fixed(x), fixed(y), ratings]);
  return csvLines([['item', 'title', 'x', 'y', 'ratings'], ...rows]);
}

function asSvg({ points, explained }: ItemMap): string {
  const axis = (which: string, share: number): string =>
    `${which} axis, ${(100 * share).toFixed(1)}% of the variance`;
  return scatterSvg(
    points.map(({ title: name, x, y }) => ({ name, x, y })),
    [axis('first', explained[0]), axis('second', explained[1])],
  );
}
