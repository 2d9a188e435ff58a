import { type LabelledRows, predictedClass, visitLabelled } from './rows.ts';

/** Counts of labelled rows, [classes][classes]: the row is the true class, the column the predicted one. */
export function confusionMatrix(rows: LabelledRows): number[][] {
  const matrix = Array.from({ length: rows.classes }, () => new Array<number>(rows.classes).fill(0));
  visitLabelled(rows, (row, label) => {
    matrix[label]![predictedClass(rows.probabilities, row, rows.classes)]!++;
  });
  return matrix;
}
