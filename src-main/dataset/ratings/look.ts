import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GranaryError } from '../../../shared/errors.ts';
import type { RatingsLook } from '../../../shared/ipc/recommender-views.ts';
import type { RatingsOptions } from '../../../shared/records/ratings.ts';
import {
  type Role,
  type TableLayout,
  columnNames,
  examplesOf,
  isNumber,
  roles,
  tableLayout,
} from './format.ts';

/** Names under which ratings are given out, the likeliest first: MovieLens' three sets, and what others call theirs. */
const ratingsNames = [
  /^u\.data$/i,
  /^ratings?\.(csv|tsv|dat|txt)$/i,
  /^u[1-5ab]\.(base|test)$/i,
  /ratings?[^/]*\.(csv|tsv|dat|txt)$/i,
];
const titleNames = [
  /^u\.item$/i,
  /^(movie|film|item|book|product|title|track|artist|anime|game)s?\.(csv|tsv|dat|txt)$/i,
];
const picture = /\.(jpe?g|jfif|png|webp|gif|tiff?|avif|bmp|heic|heif)$/i;

/**
 * What a file or folder is, by its name and first lines: ratings, or not. Ratings are a file that is called so, one with columns
 * called user and item, or one without names whose first three columns are numbers; never one that names pictures.
 * @param path absolute
 */
export async function lookForRatings(path: string, options: RatingsOptions = {}): Promise<RatingsLook> {
  const facts = await stat(path).catch(() => null);
  const file = facts?.isDirectory() === true ? await find(path, ratingsNames) : path;
  const none = { ratings: null, titles: null, columns: [] };
  if (facts === null || file === null) return none;
  const layout = await tableLayout(file).catch(() => null);
  if (layout === null) return none;
  const columns = columnsOf(file, layout, options);
  const stated = options.userColumn !== undefined && options.itemColumn !== undefined;
  if (!stated && !looksLikeRatings(basename(file), layout)) return { ratings: null, titles: null, columns };
  const titles = await find(dirname(file), titleNames);
  return { ratings: file, titles: titles === file ? null : titles, columns };
}

function looksLikeRatings(name: string, { header, columns, body }: TableLayout): boolean {
  if (body.slice(0, 20).some((row) => row.some((cell) => picture.test(cell)))) return false;
  if (ratingsNames.some((pattern) => pattern.test(name))) return true;
  if (header)
    return (['user', 'item'] as const).every((role) =>
      columns.some((column) => columnNames[role].test(column)),
    );
  const rows = body.slice(0, 50);
  return columns.length >= 3 && rows.every((row) => [0, 1, 2].every((c) => isNumber(row[c])));
}

/** Each column with what it seems to be. Where users and items cannot be told, what can be told of the others. */
function columnsOf(
  path: string,
  { header, columns, body }: TableLayout,
  options: RatingsOptions,
): RatingsLook['columns'] {
  const examples = examplesOf(body, columns.length);
  const known = ((): Partial<Record<Role, number | null>> => {
    try {
      return roles(path, columns, header, body, options);
    } catch (error) {
      if (!(error instanceof GranaryError)) throw error;
      const stated = {
        user: options.userColumn,
        item: options.itemColumn,
        rating: options.ratingColumn,
        time: options.timeColumn,
      };
      const entries = (Object.keys(columnNames) as Role[]).map((role) => {
        const name = stated[role];
        const named = name == null ? -1 : columns.indexOf(name);
        // What was said counts, also where it does not suffice; null says that there is none.
        return [
          role,
          name === undefined ? columns.findIndex((column) => columnNames[role].test(column)) : named,
        ];
      });
      return Object.fromEntries(entries) as Record<Role, number>;
    }
  })();
  return columns.map((name, c) => {
    const role = (['user', 'item', 'rating', 'time'] as const).find((one) => known[one] === c);
    return { name, role: role ?? 'ignore', examples: examples[c]! };
  });
}

/** The first file of a folder, by the order of the names that are looked for. */
async function find(folder: string, wanted: readonly RegExp[]): Promise<string | null> {
  const names = (await readdir(folder).catch(() => [])).sort();
  for (const pattern of wanted) {
    const found = names.find((name) => pattern.test(name));
    if (found !== undefined) return join(folder, found);
  }
  return null;
}
