import { createHash } from 'node:crypto';
import { GranaryError } from '../../../shared/errors.ts';
import type { RatingsTable } from '../../../shared/ratings/table.ts';
import type { RatingsOptions, RatingsProblem } from '../../../shared/records/ratings.ts';
import { type ReadingOptions, type Row, readDelimited } from './delimited.ts';
import { type RatingsFormat, ratingsFormat } from './format.ts';
import { Column } from './growing-column.ts';
import { IdIndex } from './id-index.ts';
import { ProblemCounter } from './problem-counter.ts';

/** A ratings file in memory, twenty bytes a row. */
export interface RatingsReading {
  table: RatingsTable;
  format: RatingsFormat;
  /** SHA-256 of the file. */
  hash: string;
  problems: RatingsProblem[];
  /** Ids by which further files (validation, titles) are joined. */
  index: { users: IdIndex; items: IdIndex };
}

/**
 * Reads a ratings file in one pass. Rows that cannot be used are left out and counted.
 * @param index ids of a file read before, which keep their numbers: a validation file after its training file
 * @throws GranaryError DATASET_NOT_FOUND, DATASET_EMPTY, DATASET_BAD_CSV, DATASET_BAD_COLUMNS, CANCELLED
 */
export async function readRatings(
  path: string,
  options: RatingsOptions = {},
  reading: ReadingOptions = {},
  index: RatingsReading['index'] = { users: new IdIndex(), items: new IdIndex() },
): Promise<RatingsReading> {
  const format = await ratingsFormat(path, options);
  const { users, items } = index;
  const user = new Column(Int32Array);
  const item = new Column(Int32Array);
  const rating = new Column(Float32Array);
  const time = new Column(Float64Array);
  const problems = new ProblemCounter();
  const hash = createHash('sha256');
  const needed = Math.max(format.user, format.item, format.rating ?? 0) + 1;
  let rows = 0;
  const visit = (row: Row): void => {
    if (row.line === 1 && format.header) return;
    rows++;
    if (row.cells < needed) return problems.add('ROW_SHORT', row.line);
    const { bytes, starts, ends } = row;
    let value = 1;
    if (format.rating !== null) {
      value = numberAt(bytes, starts[format.rating]!, ends[format.rating]!);
      if (!Number.isFinite(value)) return problems.add('RATING_NOT_NUMERIC', row.line);
    }
    const ids = [format.user, format.item] as const;
    if (ids.some((cell) => starts[cell]! >= ends[cell]!)) return problems.add('ID_MISSING', row.line);
    user.push(users.ofBytes(bytes, starts[ids[0]]!, ends[ids[0]]!, () => row.text(ids[0])));
    item.push(items.ofBytes(bytes, starts[ids[1]]!, ends[ids[1]]!, () => row.text(ids[1])));
    if (format.rating !== null) rating.push(value);
    if (format.time !== null) {
      const at = row.cells > format.time ? timeAt(row, format.time) : NaN;
      if (Number.isNaN(at)) problems.add('TIME_NOT_READABLE', row.line);
      time.push(Number.isNaN(at) ? 0 : at);
    }
  };
  await readDelimited(path, format.separator, format.encoding, visit, {
    ...reading,
    onBytes: (bytes) => hash.update(bytes),
  });
  if (user.length === 0 || user.length < rows / 2) throw unusable(path, rows, problems.list());
  // Times that are mostly unreadable order nothing.
  const timed = format.time !== null && problems.count('TIME_NOT_READABLE') < rows / 2;
  const table: RatingsTable = {
    users: users.ids,
    items: items.ids,
    user: user.values(),
    item: item.values(),
    rating: format.rating === null ? null : rating.values(),
    time: timed ? time.values() : null,
    titles: null,
  };
  return { table, format, hash: hash.digest('hex'), problems: problems.list(), index };
}

function unusable(path: string, rows: number, problems: RatingsProblem[]): GranaryError {
  const worst = [...problems].sort((a, b) => b.count - a.count)[0];
  if (rows === 0 || worst === undefined)
    return new GranaryError(
      'DATASET_EMPTY',
      `${path} has no rows below its column names.`,
      'A ratings file has one row a rating: user, item, rating.',
    );
  return new GranaryError(
    'DATASET_BAD_CSV',
    `${path}: ${worst.count} of ${rows} rows cannot be used. ${worst.message}`,
    'Check what each column is: in the app in the list of columns, on the command line with `granary collab inspect` and --user-column, --item-column and --rating-column.',
  );
}

/** The number that bytes write. One or two digits, or such as `4.5`, are most ratings, and make no string. */
export function numberAt(bytes: Buffer, start: number, end: number): number {
  const first = bytes[start]! - 0x30;
  if (first >= 0 && first <= 9) {
    if (end - start === 1) return first;
    const last = bytes[end - 1]! - 0x30;
    if (last >= 0 && last <= 9) {
      if (end - start === 2) return first * 10 + last;
      if (end - start === 3 && bytes[start + 1] === 0x2e) return first + last / 10;
    }
  }
  const text = bytes.toString('latin1', start, end).trim();
  return text === '' ? NaN : Number(text);
}

/** Seconds since 1970: whole numbers as they are (thousandths where they are that large), else any date that JavaScript reads. */
function timeAt(row: Row, cell: number): number {
  const { bytes, starts, ends } = row;
  let value = 0;
  for (let at = starts[cell]!; at < ends[cell]!; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return textTime(row.text(cell));
    value = value * 10 + digit;
  }
  if (ends[cell] === starts[cell]) return NaN;
  return value > 1e11 ? value / 1000 : value;
}

function textTime(text: string): number {
  const number = Number(text);
  if (text !== '' && !Number.isNaN(number)) return number > 1e11 ? number / 1000 : number;
  return Date.parse(text) / 1000;
}
