/**
 * Softmax of each target by itself: the logits of several targets lie side by side in one row.
 * @param logits [n, sum of targets]
 * @param targets classes of each target
 * @returns for each target [n, classes]; every row sums to 1
 */
export function softmaxPerTarget(logits: Float32Array, targets: readonly number[]): Float32Array[] {
  const width = targets.reduce((sum, classes) => sum + classes, 0);
  const rows = logits.length / width;
  let offset = 0;
  return targets.map((classes) => {
    const probabilities = new Float32Array(rows * classes);
    for (let row = 0; row < rows; row++) {
      softmaxRow(logits.subarray(row * width + offset, row * width + offset + classes), probabilities, row);
    }
    offset += classes;
    return probabilities;
  });
}

/** Writes one row; the largest logit is taken off first, so that no exponential overflows. */
function softmaxRow(logits: Float32Array, into: Float32Array, row: number): void {
  const from = row * logits.length;
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const exponentials = Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  exponentials.forEach((value, c) => (into[from + c] = value / sum));
}

/**
 * Test-time augmentation as fastai's `Learner.tta`: the mean of the augmented views' probabilities, moved towards the plain
 * view's by `beta` (0: augmented views alone, 1: the plain view alone).
 */
export function combineViews(
  plain: Float32Array,
  augmented: readonly Float32Array[],
  beta: number,
): Float32Array {
  return plain.map((value, i) => {
    const mean = augmented.reduce((sum, view) => sum + view[i]!, 0) / augmented.length;
    return mean + beta * (value - mean);
  });
}
