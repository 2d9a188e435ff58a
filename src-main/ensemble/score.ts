import { GranaryError } from '../../shared/errors.ts';
import { listSome } from './combine.ts';
import { readSubmission } from './submission.ts';

/** How a submission compares with known answers, one entry a column. */
export interface Score {
  column: string;
  images: number;
  wrong: number;
  errorRate: number;
}

/**
 * Scores a submission against a file of answers, joined by image id: the error rate of every column that both have.
 * @throws GranaryError SUBMISSION_INVALID when pictures are missing, or no column is common to both
 */
export async function scoreSubmission(submission: string, answers: string): Promise<Score[]> {
  const [{ template, rows: given }, { rows: truth }] = await Promise.all([
    readSubmission(submission),
    readSubmission(answers),
  ]);
  const { targetColumns } = template;
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
