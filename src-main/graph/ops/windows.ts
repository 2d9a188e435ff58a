import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../tf.ts';

/** Rows and columns. */
export type Sides = readonly [number, number];

/** How a grid of tokens is cut into windows. */
export interface WindowPlan {
  grid: Sides;
  /** At most the grid. */
  window: Sides;
  /** By how much the grid is rolled towards the top left before it is cut; 0 where the window covers the grid. */
  shift: Sides;
}

/** Windows along each axis; the last ones may stand over the grid, and are filled with zeros. */
export function windowCounts({ grid, window }: WindowPlan): Sides {
  return [Math.ceil(grid[0] / window[0]), Math.ceil(grid[1] / window[1])];
}

/** Rolls an axis: what stood at `by` comes first. No gradient. */
function roll(x: Tensor4D, axis: 1 | 2, by: number): Tensor4D {
  const length = x.shape[axis];
  const places = ((by % length) + length) % length;
  if (places === 0) return x;
  const part = (begin: number, end: number): Tensor4D => {
    const from: [number, number, number, number] = [0, 0, 0, 0];
    const sides = [...x.shape] as [number, number, number, number];
    from[axis] = begin;
    sides[axis] = end - begin;
    return tf.slice(x, from, sides);
  };
  return tf.concat([part(places, length), part(0, places)], axis);
}

/**
 * Tokens by windows: rolled, filled with zeros at the bottom and right, cut. No gradient of its own: {@link fromWindows} is its
 * transpose.
 * @param x [n, rows, columns, c]
 * @returns [n · windows · tokens of a window, c]
 */
export function toWindows(x: Tensor4D, plan: WindowPlan): Tensor2D {
  const { grid, window, shift } = plan;
  const [down, across] = windowCounts(plan);
  const [n, , , channels] = x.shape;
  const bottom = down * window[0] - grid[0];
  const right = across * window[1] - grid[1];
  const rolled = roll(roll(x, 1, shift[0]), 2, shift[1]);
  const filled =
    bottom + right === 0
      ? rolled
      : tf.pad(rolled, [
          [0, 0],
          [0, bottom],
          [0, right],
          [0, 0],
        ]);
  // Windows that are as wide as the grid lie one after the other as they are.
  const cut =
    across === 1
      ? filled
      : tf.transpose(tf.reshape(filled, [n * down, window[0], across, window[1] * channels]), [0, 2, 1, 3]);
  return tf.reshape(cut, [-1, channels]);
}

/** The inverse of {@link toWindows}: what lies outside the grid is left out. Its transpose in gradients as well. */
export function fromWindows(rows: Tensor, plan: WindowPlan): Tensor4D {
  const { grid, window, shift } = plan;
  const [down, across] = windowCounts(plan);
  const channels = rows.shape.at(-1)!;
  const height = down * window[0];
  const width = across * window[1];
  const n = rows.size / (height * width * channels);
  const joined =
    across === 1
      ? rows
      : tf.transpose(tf.reshape(rows, [n * down, across, window[0], window[1] * channels]), [0, 2, 1, 3]);
  const whole: Tensor4D = tf.reshape(joined, [n, height, width, channels]);
  const cropped =
    height === grid[0] && width === grid[1]
      ? whole
      : tf.slice(whole, [0, 0, 0, 0], [n, grid[0], grid[1], channels]);
  return roll(roll(cropped, 2, -shift[1]), 1, -shift[0]);
}

/** For each place of an axis, which of the parts that rolling brought together it lies in: 0, 1 or 2. */
function parts(length: number, window: number, shift: number): number[] {
  if (shift === 0) return Array.from({ length }, () => 0);
  return Array.from({ length }, (_, i) => Number(i >= length - window) + Number(i >= length - shift));
}

/**
 * What is added to attention's products so that tokens which only rolling brought together do not see each other: −100, and 0
 * elsewhere. Computed in the graph from a small table. Null: nothing was rolled.
 * @returns [windows, 1, tokens, tokens]
 */
export function shiftMask(plan: WindowPlan): Tensor4D | null {
  const { window, shift } = plan;
  if (shift[0] === 0 && shift[1] === 0) return null;
  const [down, across] = windowCounts(plan);
  const rows = parts(down * window[0], window[0], shift[0]);
  const columns = parts(across * window[1], window[1], shift[1]);
  const windows = down * across;
  const tokens = window[0] * window[1];
  const part = Array.from({ length: windows * tokens }, (_, i) => {
    const [place, token] = [Math.floor(i / tokens), i % tokens];
    const row = Math.floor(place / across) * window[0] + Math.floor(token / window[1]);
    const column = (place % across) * window[1] + (token % window[1]);
    return 3 * rows[row]! + columns[column]!;
  });
  const table = tf.tensor1d(part, 'int32');
  const same = tf.equal(
    tf.reshape(table, [windows, 1, tokens, 1]),
    tf.reshape(table, [windows, 1, 1, tokens]),
  );
  return tf.mul(tf.sub(tf.cast(same, 'float32'), 1), 100);
}
