import { nearestNames } from '../../../shared/architectures/nearest.ts';
import { GranaryError } from '../../../shared/errors.ts';
import type { RatingsManifest, RatingsOptions } from '../../../shared/records/ratings.ts';
import { type Separator, cellsOf, fileStart, separators } from './delimited.ts';

/** How a ratings file is laid out; columns count from 0. */
export interface RatingsFormat {
  separator: Separator;
  encoding: 'utf8' | 'latin1';
  header: boolean;
  columns: string[];
  /** Of each column, its first few different cells. */
  examples: string[][];
  user: number;
  item: number;
  rating: number | null;
  time: number | null;
}

export type Role = 'user' | 'item' | 'rating' | 'time';

export const columnNames: Record<Role, RegExp> = {
  user: /^(user|customer|client|member|reader|reviewer|visitor|account|person|rater|critic)s?[_ -]?(id|name)?$|^uid$/i,
  item: /^(item|movie|film|product|book|song|track|artist|anime|game|joke|article|business|recipe|title)s?[_ -]?(id|name|title)?$|^(isbn|asin|sku|iid|mid)$/i,
  rating:
    /^(rating|score|star|rate|value|overall|preference)s?$|^(book|user|movie|my)?[_ -]?(rating|score)$/i,
  time: /^(time|timestamp|ts|date|datetime)$|(timestamp|_time|_date|_at)$|^(rated|review|created)[_ -]?(at|on|time|date)$/i,
};

/** A table's cells and names, before anything is said of what its columns are for. */
export interface TableLayout {
  separator: Separator;
  encoding: 'utf8' | 'latin1';
  header: boolean;
  columns: string[];
  /** The first rows, without the names. */
  body: string[][];
}

/**
 * Finds out how a table is cut into cells: by tabs, commas, semicolons, `|`, `::` or blanks, with names in its first row or without.
 * @throws GranaryError DATASET_NOT_FOUND, DATASET_EMPTY, DATASET_BAD_CSV
 */
export async function tableLayout(path: string): Promise<TableLayout> {
  const { lines, encoding } = await fileStart(path).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof GranaryError) throw error;
    throw new GranaryError(
      'DATASET_NOT_FOUND',
      error.code === 'EISDIR'
        ? `${path} is a folder, and a ratings file was expected.`
        : `The ratings file ${path} cannot be read (${error.code ?? error.message}).`,
      'Give the path of one file, such as ml-100k/u.data or ml-latest-small/ratings.csv.',
    );
  });
  if (lines.length === 0)
    throw new GranaryError(
      'DATASET_EMPTY',
      `${path} is empty.`,
      'A ratings file has one row a rating: user, item, rating.',
    );
  const separator = guessSeparator(lines);
  if (separator === null)
    throw new GranaryError(
      'DATASET_BAD_CSV',
      `${path} is not a table: its first line is "${lines[0]!.slice(0, 60)}".`,
      'A ratings file has one row a rating, its cells (user, item, rating, time) separated by tab, comma, semicolon or "::".',
    );
  const rows = lines.map((line) => cellsOf(line, separator));
  const header = hasHeader(rows);
  const width = Math.max(...rows.slice(0, 20).map((row) => row.length));
  const columns = Array.from(
    { length: width },
    (_, c) => (header ? rows[0]![c] : undefined) || `column ${c + 1}`,
  );
  return { separator, encoding, header, columns, body: header ? rows.slice(1) : rows };
}

/**
 * Finds out how a ratings file is laid out: `user item rating time` in MovieLens' three writings (`u.data` by tabs, `ratings.csv`,
 * `::` of the 1M set), or any table whose columns say what they are or are named in `options`.
 * @throws GranaryError as {@link tableLayout}; DATASET_BAD_COLUMNS
 */
export async function ratingsFormat(path: string, options: RatingsOptions): Promise<RatingsFormat> {
  const { body, ...layout } = await tableLayout(path);
  return {
    ...layout,
    examples: examplesOf(body, layout.columns.length),
    ...roles(path, layout.columns, layout.header, body, options),
  };
}

/** The first different cells of each column that is not empty. */
export function examplesOf(body: readonly string[][], width: number): string[][] {
  return Array.from({ length: width }, (_, c) =>
    [...new Set(body.map((row) => (row[c] ?? '').slice(0, 40)).filter((cell) => cell !== ''))].slice(0, 5),
  );
}

/** What the manifest says of a format, columns by name. */
export function describeFormat(format: RatingsFormat): RatingsManifest['format'] {
  const { separator, header, columns, examples } = format;
  const name = (column: number | null): string | null => (column === null ? null : columns[column]!);
  return {
    separator,
    header,
    columns,
    examples,
    user: name(format.user)!,
    item: name(format.item)!,
    rating: name(format.rating),
    time: name(format.time),
  };
}

/** The separator that cuts most lines into the same number of cells, at least two. */
export function guessSeparator(lines: readonly string[]): Separator | null {
  const tried = lines.slice(0, 50);
  let best: { separator: Separator; score: number } | null = null;
  for (const separator of separators) {
    const counts = tried.map((line) => cellsOf(line, separator).length);
    const usual = median(counts);
    // Two words with a blank between them are a sentence sooner than a table.
    if (usual < (separator === ' ' ? 3 : 2)) continue;
    const score = counts.filter((count) => count === usual).length / counts.length;
    // Earlier ones are rarer inside cells, so they win unless another cuts clearly more evenly.
    if (best === null || score > best.score + 0.2) best = { separator, score };
  }
  return best?.separator ?? null;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

export const isNumber = (text: string | undefined): boolean =>
  text !== undefined && text !== '' && !Number.isNaN(Number(text));

/** A first row is names when a column holds numbers everywhere else, or when two of its cells are names that are known. */
function hasHeader(rows: readonly string[][]): boolean {
  const [first, ...rest] = rows;
  const known = first!.filter((cell) =>
    Object.values(columnNames).some((pattern) => pattern.test(cell)),
  ).length;
  if (known >= 2) return true;
  if (rest.length === 0) return false;
  return first!.some(
    (cell, c) => !isNumber(cell) && cell !== '' && rest.slice(0, 20).every((row) => isNumber(row[c])),
  );
}

export function roles(
  path: string,
  columns: readonly string[],
  header: boolean,
  body: readonly string[][],
  options: RatingsOptions,
): Record<'user' | 'item', number> & Record<'rating' | 'time', number | null> {
  const place = (flag: string, name: string): number => {
    const exact = columns.indexOf(name);
    const found =
      exact >= 0 ? exact : columns.findIndex((column) => column.toLowerCase() === name.toLowerCase());
    if (found >= 0) return found;
    if (/^[1-9]\d*$/.test(name) && Number(name) <= columns.length) return Number(name) - 1;
    throw new GranaryError(
      'DATASET_BAD_COLUMNS',
      `${path} has no column "${name}" (${flag}). Did you mean ${nearestNames(name, columns, 1)[0]}?`,
      `Its columns are ${columns.join(', ')}; a number counts them from 1.`,
    );
  };
  const named = (role: Role): number =>
    columns.findIndex((column) => header && columnNames[role].test(column));
  const given: Partial<Record<Role, number | null>> = {};
  if (options.userColumn !== undefined) given.user = place('--user-column', options.userColumn);
  if (options.itemColumn !== undefined) given.item = place('--item-column', options.itemColumn);
  if (options.ratingColumn !== undefined)
    given.rating = options.ratingColumn === null ? null : place('--rating-column', options.ratingColumn);
  if (options.timeColumn !== undefined)
    given.time = options.timeColumn === null ? null : place('--time-column', options.timeColumn);

  const guess = (role: Role, position: number): number => {
    const found = named(role);
    if (found >= 0 && !Object.values(given).includes(found)) return found;
    // Without names the order is MovieLens': user, item, rating, time.
    return header || position >= columns.length || Object.values(given).includes(position) ? -1 : position;
  };
  const user = given.user ?? guess('user', 0);
  const item = given.item ?? guess('item', 1);
  if (user < 0 || item < 0 || user === item)
    throw new GranaryError(
      'DATASET_BAD_COLUMNS',
      `${path} does not say which column is the ${user < 0 ? 'user' : 'item'}. Its columns are ${columns.join(', ')}.`,
      'Say what each column is: in the app in the list of columns, on the command line with --user-column NAME --item-column NAME --rating-column NAME (or --no-rating-column).',
    );
  let rating = given.rating;
  if (rating === undefined) {
    const found = guess('rating', 2);
    const numeric = body.slice(0, 50).some((row) => isNumber(row[found]));
    rating = found >= 0 && (numeric || header) ? found : null;
  }
  let time = given.time;
  if (time === undefined) {
    const found = guess('time', 3);
    time = found >= 0 && found !== rating ? found : null;
  }
  return { user, item, rating, time };
}
