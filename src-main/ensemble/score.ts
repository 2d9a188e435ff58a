import { readFile } from 'node:fs/promises';
import Papa from 'papaparse';
import { GranaryError } from '../../shared/errors.ts';
import { listSome } from './combine.ts';
import { readTemplate } from './submission.ts';

/** How a submission compares with known answers, one entry a column. */
export interface Score {
  column: string;
  images: number;
  wrong: number;
  errorRate: number;
}

/**
 * Reads a CSV of answers as id → row; the id is the first column.
 * @throws GranaryError SUBMISSION_INVALID
 */
export async function readAnswers(path: string): Promise<Map<string, Record<string, string>>> {
  const { idColumn } = await readTemplate(path);
  const text = await readFile(path, 'utf8');
  const parsed = Papa.parse<Record<string, string>>(text.replace(/^\uFEFF/, ''), {
    header: true,
    skipEmptyLines: 'greedy',
    transformHeader: (name) => name.trim(),
  });
  return new Map(parsed.data.map((row) => [row[idColumn]!.trim(), row]));
}

/**
 * Scores a submission against a file of answers, joined by image id: the error rate of every column that both have.
 * @throws GranaryError SUBMISSION_INVALID when pictures are missing, or no column is common to both
 */
export async function scoreSubmission(submission: string, answers: string): Promise<Score[]> {
  const [given, truth] = await Promise.all([readAnswers(submission), readAnswers(answers)]);
  const { targetColumns } = await readTemplate(submission);
  const known = Object.keys([...truth.values()][0]!);
  const columns = targetColumns.filter((column) => known.includes(column));
  if (columns.length === 0) {
    throw new GranaryError(
      'SUBMISSION_INVALID',
      `The submission has ${listSome(targetColumns)}; the answers have ${listSome(known.slice(1))}: no column is in both.`,
      'Both files need the same column names.',
    );
  }
  const missing = [...truth.keys()].filter((id) => !given.has(id));
  if (missing.length > 0) {
    throw new GranaryError(
      'SUBMISSION_INVALID',
      `The submission has no row for ${listSome(missing)}.`,
      'It must answer every picture that the answers name.',
    );
  }
  return columns.map((column) => {
    const wrong = [...truth].filter(
      ([id, row]) => given.get(id)![column]?.trim() !== row[column]?.trim(),
    ).length;
    return { column, images: truth.size, wrong, errorRate: wrong / truth.size };
  });
}
