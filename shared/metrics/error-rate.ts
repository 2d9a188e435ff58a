import { type LabelledRows, predictedClass, visitLabelled } from './rows.ts';

/** Share of labelled rows whose most probable class is not the true one, 0 to 1. NaN when no row has a label. */
export function errorRate(rows: LabelledRows): number {
  let wrong = 0;
  const count = visitLabelled(rows, (row, label) => {
    if (predictedClass(rows.probabilities, row, rows.classes) !== label) wrong++;
  });
  return wrong / count;
}

/** 1 − {@link errorRate}. */
export function accuracy(rows: LabelledRows): number {
  return 1 - errorRate(rows);
}
