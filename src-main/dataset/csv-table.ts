import { readFile } from 'node:fs/promises';
import Papa from 'papaparse';
import { GranaryError } from '../../shared/errors.ts';

/** A CSV file as texts. Every row has as many cells as there are columns; cells are trimmed. */
export interface CsvTable {
  path: string;
  columns: string[];
  /** The columns are numbered, for nobody named them. */
  headerless?: true;
  rows: string[][];
}

const expected =
  'Expected: a first row of column names, one row a picture, cells separated by comma, semicolon or tab.';

/**
 * Reads a CSV file: UTF-8 (with or without a byte order mark), UTF-16 or, where it is neither, Windows-1252; any usual separator,
 * quotes and line ends.
 * @param isData whether the first row is one like the others, so that nobody wrote names of columns: they are numbered then
 * @throws GranaryError DATASET_BAD_CSV
 */
export async function readCsvTable(
  path: string,
  isData: (cells: readonly string[]) => boolean = () => false,
): Promise<CsvTable> {
  const bad = (what: string, fix = expected): GranaryError =>
    new GranaryError('DATASET_BAD_CSV', `${path}: ${what}`, fix);
  const bytes = await readFile(path).catch((error: Error) => {
    throw bad(`cannot be read (${error.message}).`);
  });
  const decoded = decode(bytes);
  if (decoded.includes('\0')) throw bad('is not a text file.');
  // Excel's first line for itself.
  const [said = '', delimiter] = /^sep=(.)\r?\n/i.exec(decoded) ?? [];
  const text = decoded.slice(said.length);
  const parsed = Papa.parse<string[]>(text, { skipEmptyLines: 'greedy', ...(delimiter && { delimiter }) });
  const error = parsed.errors.find((e) => e.type === 'Quotes');
  if (error) throw bad(`row ${(error.row ?? 0) + 1}: ${error.message}.`);
  const first = parsed.data[0]?.map((cell) => cell.trim()) ?? [];
  const headerless = isData(first);
  const body = headerless ? parsed.data : parsed.data.slice(1);
  if (body.length === 0) throw bad('has no rows.');

  const columns = first.map((name, i) => (headerless ? '' : name) || `column ${i + 1}`);
  const twice = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twice !== undefined) throw bad(`has two columns named "${twice}".`, 'Give one of them another name.');
  const rows = body.map((row, i) => {
    // A separator at a line's end makes an empty last cell, which is harmless.
    if (row.slice(columns.length).some((cell) => cell.trim() !== ''))
      throw bad(
        `row ${i + (headerless ? 1 : 2)} has ${row.length} cells, the ${headerless ? 'first' : 'header'} has ${columns.length}.`,
      );
    return columns.map((_, c) => (row[c] ?? '').trim());
  });
  return { path, columns, ...(headerless && { headerless }), rows };
}

function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** The cells of one column. */
export function columnValues(table: CsvTable, column: string): string[] {
  const index = table.columns.indexOf(column);
  return table.rows.map((row) => row[index]!);
}
