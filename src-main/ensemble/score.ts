import { GranaryError } from '../../shared/errors.ts';
import { answered, judgeAnswers } from './answers.ts';
import { listSome } from './combine.ts';
import { readSubmission } from './submission.ts';

/** How a submission compares with known answers, one entry a column; of several columns one more for all together. */
export interface Score {
  /** `exact-match` stands for all columns: a picture is right when each of them is. */
  kind: 'column' | 'exact-match';
  /** The column's name, or all names with + between them. */
  column: string;
  /** Pictures whose answer is known. */
  images: number;
  wrong: number;
  errorRate: number;
}

/**
 * Scores a submission against a file of answers, joined by image id: the error rate of every column that both have, and of
 * all of them together where they are several. Empty answers are unknown and count nothing.
 * @throws GranaryError SUBMISSION_INVALID when pictures are missing, or no column is common to both
 */
export async function scoreSubmission(submission: string, answers: string): Promise<Score[]> {
  const [{ template, rows: given }, { rows: truth }] = await Promise.all([
    readSubmission(submission),
    readSubmission(answers),
  ]);
  const { targetColumns } = template;
  const known = Object.keys([...truth.values()][0]!);
  const columns = answered(truth, targetColumns);
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
  const score = (kind: Score['kind'], over: readonly string[]): Score => {
    // A blank prediction is a wrong one.
    const judged = judgeAnswers(truth, over, (id, column) => given.get(id)![column]?.trim() ?? '');
    return { kind, column: over.join('+'), ...judged, errorRate: judged.wrong / judged.images };
  };
  const scores = columns.map((column) => score('column', [column]));
  const together = score('exact-match', columns);
  return columns.length > 1 && together.images > 0 ? [...scores, together] : scores;
}
