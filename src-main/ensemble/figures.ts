import { argmaxRows } from './combine.ts';
import type { LabelledTable } from './judge.ts';

/** An ensemble's figures on the pictures that judge it. Rows without a label are left out. */
export interface TableFigures {
  images: number;
  /** Share of pictures whose most probable class is wrong; null without pictures. Lower is better. */
  errorRate: number | null;
  /** Mean cross-entropy in nats; null without pictures. Lower is better. */
  loss: number | null;
  /** Counts, [true class][predicted class]. */
  confusion: number[][];
}

/** Smallest probability that a loss is taken of: one confident mistake must not make a mean infinite. */
const SMALLEST = 1e-12;

/** Error rate, cross-entropy and confusion matrix of a table of probabilities. */
export function tableFigures(table: LabelledTable): TableFigures {
  const width = table.classes.length;
  const confusion = table.classes.map(() => table.classes.map(() => 0));
  let images = 0;
  let wrong = 0;
  let loss = 0;
  argmaxRows(table).forEach((predicted, row) => {
    const label = table.labels[row]!;
    if (label < 0) return;
    images += 1;
    confusion[label]![predicted]! += 1;
    if (predicted !== label) wrong += 1;
    loss -= Math.log(Math.max(table.values[row * width + label]!, SMALLEST));
  });
  return images === 0
    ? { images, errorRate: null, loss: null, confusion }
    : { images, errorRate: wrong / images, loss: loss / images, confusion };
}
