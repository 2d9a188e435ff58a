import { type LabelledRows, visitLabelled } from './rows.ts';

/**
 * The smallest probability that a logarithm is taken of (float32's machine epsilon): a class that a float32 softmax rounded to
 * nothing costs 15.9 nats, and not infinity.
 */
export const SMALLEST_PROBABILITY = 2 ** -23;

/** Mean of −ln p(true class) over labelled rows, in nats. NaN when no row has a label. */
export function crossEntropy(rows: LabelledRows): number {
  let sum = 0;
  const count = visitLabelled(rows, (row, label) => {
    sum -= Math.log(Math.max(rows.probabilities[row * rows.classes + label]!, SMALLEST_PROBABILITY));
  });
  return sum / count;
}
