/** What a network says of a set of pictures, with the truth: the input of every metric here. */
export interface LabelledRows {
  /** Probabilities, [labels.length, classes], row by row. */
  probabilities: Float32Array;
  /** The true class's index of each row; −1 where it is missing, and then the row counts for nothing. */
  labels: Int32Array;
  classes: number;
}

/** The most probable class of one row; the lower index wins a tie, as in PyTorch and NumPy. */
export function predictedClass(probabilities: Float32Array, row: number, classes: number): number {
  let best = 0;
  const from = row * classes;
  for (let c = 1; c < classes; c++) if (probabilities[from + c]! > probabilities[from + best]!) best = c;
  return best;
}

/**
 * Calls `visit` with every row that has a label, and returns how many there are.
 * @throws RangeError when the table's length does not fit, or a label is not a class
 */
export function visitLabelled(rows: LabelledRows, visit: (row: number, label: number) => void): number {
  const { probabilities, labels, classes } = rows;
  if (probabilities.length !== labels.length * classes) {
    throw new RangeError(
      `${probabilities.length} probabilities do not fit ${labels.length} rows of ${classes} classes`,
    );
  }
  let count = 0;
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    if (label === -1) continue;
    if (!(label >= 0 && label < classes)) throw new RangeError(`Label ${label} of ${classes} classes`);
    visit(row, label);
    count++;
  }
  return count;
}
