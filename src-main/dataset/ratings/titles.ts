import { GranaryError } from '../../../shared/errors.ts';
import { fileStart, readDelimited } from './delimited.ts';
import { guessSeparator } from './format.ts';
import type { IdIndex } from './id-index.ts';

const idNames = /^((item|movie|film|product|book|song|track|artist|anime)s?[_ -]?id|id|isbn|asin|sku|iid)$/i;
const titleNames = /title|name/i;

/**
 * Titles of items from a file such as MovieLens' `u.item` (`|`, Latin-1, no header), `movies.csv` or `movies.dat` (`::`): the first
 * column is the id and the second the title, unless a header says otherwise.
 * @param onUnrated told the id of each title that no indexed item has
 * @returns a title for each indexed item, empty where the file has none, and how many titles the file holds
 * @throws GranaryError DATASET_NOT_FOUND, DATASET_BAD_CSV
 */
export async function readTitles(
  path: string,
  items: IdIndex,
  onUnrated: (id: string) => void = () => undefined,
): Promise<{ titles: string[]; count: number }> {
  const { lines, encoding } = await fileStart(path).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof GranaryError) throw error;
    throw new GranaryError(
      'DATASET_NOT_FOUND',
      `The titles file ${path} cannot be read (${error.code ?? error.message}).`,
      'Give the path of a file such as ml-100k/u.item or movies.csv.',
    );
  });
  // u.item has dozens of `|`, and commas inside its titles.
  const separator = lines.every((line) => line.split('|').length > 2) ? '|' : guessSeparator(lines);
  if (separator === null)
    throw new GranaryError(
      'DATASET_BAD_CSV',
      `${path} is not a table of ids and titles.`,
      'It needs a row an item: its id, its title, separated by comma, tab, "|" or "::".',
    );
  const titles = new Array<string>(items.ids.length).fill('');
  let [id, title, count] = [0, 1, 0];
  await readDelimited(path, separator, encoding, (row) => {
    if (row.cells < 2) return;
    if (row.line === 1) {
      const cells = Array.from({ length: row.cells }, (_, c) => row.text(c));
      const named = {
        id: cells.findIndex((c) => idNames.test(c)),
        title: cells.findIndex((c) => titleNames.test(c)),
      };
      if (named.id >= 0 && named.title >= 0 && named.id !== named.title) {
        ({ id, title } = named);
        return;
      }
    }
    if (row.cells <= Math.max(id, title)) return;
    count++;
    const index = items.find(row.text(id));
    if (index >= 0) titles[index] = row.text(title);
    else onUnrated(row.text(id));
  });
  return { titles, count };
}
