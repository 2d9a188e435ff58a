import { type LabelledRows, predictedClass } from './rows.ts';

/** What all targets together come to. */
export interface ExactMatch {
  /** Pictures that have a label in every target. */
  images: number;
  /** Share of them that are wrong in at least one target, 0 to 1. Lower is better. */
  errorRate: number;
}

/**
 * The error rate of all targets at once: a picture is right when its most probable class is right in each of them.
 * @param targets tables of the same pictures in the same order
 * @returns null when no picture has a label in every target
 * @throws RangeError when the tables have not the same number of rows
 */
export function exactMatch(targets: readonly LabelledRows[]): ExactMatch | null {
  const rows = targets[0]?.labels.length ?? 0;
  if (targets.some(({ labels }) => labels.length !== rows)) throw new RangeError('Tables of unequal length');
  let images = 0;
  let wrong = 0;
  for (let row = 0; row < rows; row++) {
    if (targets.some(({ labels }) => labels[row] === -1)) continue;
    images++;
    const right = targets.every(
      ({ probabilities, labels, classes }) => predictedClass(probabilities, row, classes) === labels[row],
    );
    if (!right) wrong++;
  }
  return images === 0 ? null : { images, errorRate: wrong / images };
}
