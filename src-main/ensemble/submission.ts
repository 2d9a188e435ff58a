import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import Papa from 'papaparse';
import { GranaryError } from '../../shared/errors.ts';
import { type ProbabilityTable, argmaxRows, listSome, rowsById } from './combine.ts';

/** A sample submission's shape: its columns, and its ids in the order in which they must come back. */
export interface SubmissionTemplate {
  idColumn: string;
  targetColumns: string[];
  ids: string[];
}

/**
 * Reads a competition's sample submission (first column: image ids; the others: what to predict).
 * @throws GranaryError SUBMISSION_INVALID when the file is not there, has no rows, or names a picture twice
 */
export async function readTemplate(path: string): Promise<SubmissionTemplate> {
  return (await readSubmission(path)).template;
}

/** A submission, a sample of one, or the answers to it: its shape, and its rows by id. */
export interface SubmissionTable {
  template: SubmissionTemplate;
  rows: Map<string, Record<string, string>>;
}

/** {@link readTemplate} with the file's rows. */
export async function readSubmission(path: string): Promise<SubmissionTable> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new GranaryError(
      'SUBMISSION_INVALID',
      `The sample submission ${path} cannot be read.`,
      'Give the path of the sample_submission.csv that came with the dataset.',
      { cause },
    );
  }
  const parsed = Papa.parse<Record<string, string>>(text.replace(/^\uFEFF/, ''), {
    header: true,
    skipEmptyLines: 'greedy',
    transformHeader: (name) => name.trim(),
  });
  const [idColumn, ...targetColumns] = parsed.meta.fields ?? [];
  const ids = parsed.data.map((row) => row[idColumn ?? '']?.trim() ?? '');
  if (idColumn === undefined || targetColumns.length === 0 || ids.length === 0) {
    throw new GranaryError(
      'SUBMISSION_INVALID',
      `${basename(path)} is not a sample submission: a header with an id column and at least one more, and one row a picture, were expected.`,
      'Paddy Doctor’s file begins with "image_id,label".',
    );
  }
  const seen = new Set<string>();
  const twice = ids.filter((id) => seen.size === seen.add(id).size);
  if (twice.length > 0 || ids.includes('')) {
    const what =
      twice.length > 0 ? `names ${listSome(twice)} more than once` : 'has a row without an image id';
    throw new GranaryError(
      'SUBMISSION_INVALID',
      `${basename(path)} ${what}.`,
      'Each picture must stand in one row.',
    );
  }
  const rows = new Map(parsed.data.map((row, index) => [ids[index]!, row]));
  return { template: { idColumn, targetColumns, ids }, rows };
}

/**
 * The submission as CSV text: one row for each id of the template, in its order, with the most probable class of each
 * target. A column takes the target of its name; a single column takes a single target whatever it is called.
 * @param predictions one table a target, by target name
 * @throws GranaryError SUBMISSION_INVALID, ENSEMBLE_IMAGES_DIFFER
 */
export function formatSubmission(
  template: SubmissionTemplate,
  predictions: ReadonlyMap<string, ProbabilityTable>,
): string {
  const columns = template.targetColumns.map((column) => {
    const alone = predictions.size === 1 && template.targetColumns.length === 1;
    const table = predictions.get(column) ?? (alone ? [...predictions.values()][0] : undefined);
    if (table === undefined) {
      throw new GranaryError(
        'SUBMISSION_INVALID',
        `The sample submission asks for "${column}", but these runs predict ${listSome([...predictions.keys()])}.`,
        'Train with --target for that column, name one of these with --target so that a single column takes it, or correct the sample submission.',
      );
    }
    const rows = rowsById(table);
    const best = argmaxRows(table);
    const byName = new Map(table.ids.map((id) => [basename(id), id]));
    const missing: string[] = [];
    const answers = template.ids.map((id) => {
      // Readers name a test picture by its path below the test folder; a submission may name the file alone.
      const row = rows.get(id) ?? rows.get(byName.get(basename(id)) ?? '');
      if (row === undefined) missing.push(id);
      return row === undefined ? '' : table.classes[best[row]!]!;
    });
    if (missing.length > 0) {
      throw new GranaryError(
        'ENSEMBLE_IMAGES_DIFFER',
        `The sample submission asks for ${missing.length} pictures that were not predicted: ${listSome(missing)}.`,
        'Those files are missing from the test folder or could not be read: `granary inspect` lists them.',
      );
    }
    return answers;
  });
  const rows = template.ids.map((id, row) => [id, ...columns.map((answers) => answers[row]!)]);
  return `${Papa.unparse({ fields: [template.idColumn, ...template.targetColumns], data: rows }, { newline: '\n' })}\n`;
}
