import type { Sides } from '../../../graph/ops/index.ts';
import type { ParameterSpec } from '../../context.ts';

/** 1 + q + … + q^(terms − 1) */
function geometricSum(q: number, terms: number): number {
  return (1 - q ** terms) / (1 - q);
}

/**
 * Where a table's offsets lie in one of another length: near the middle one apart, further out ever more (BEiT's rule), so that
 * short offsets keep their meaning and the outermost ones meet.
 */
function placesOf(source: number, target: number): number[] {
  const terms = Math.floor(source / 2);
  const reach = Math.floor(target / 2);
  let [low, high, q] = [1.01, 1.5, 1.5];
  while (high - low > 1e-6) {
    q = (low + high) / 2;
    if (geometricSum(q, terms) > reach) high = q;
    else low = q;
  }
  const outwards: number[] = [];
  for (let i = 0, at = 1; i < terms; i += 1) {
    outwards.push(at);
    at += q ** (i + 1);
  }
  return [...outwards.map((at) => -at).reverse(), 0, ...outwards].map(Math.fround);
}

/** Between which two places an offset lies, and the second one's share. Beyond the ends: the end. */
function between(places: readonly number[], offset: number): { left: number; right: number; share: number } {
  const found = places.findIndex((place) => place >= offset);
  const right = found < 0 ? places.length - 1 : found;
  const left = Math.max(right - 1, 0);
  if (found <= 0) return { left: right, right, share: 1 };
  return { left, right, share: (offset - places[left]!) / (places[right]! - places[left]!) };
}

/** For each offset of the target: the two of the source that it is read from. */
function readings(source: number, target: number): { left: number; right: number; share: number }[] {
  const places = placesOf(source, target);
  return Array.from({ length: target }, (_, i) => between(places, i - Math.floor(target / 2)));
}

/**
 * How Swin takes a table of relative position biases learnt with another window: linear between its unevenly placed offsets,
 * as timm's `resize_rel_pos_bias_table` without SciPy. A file does not say its window: it is taken to be a square, as in timm.
 */
export function resizeBiasTable(window: Sides, heads: number): NonNullable<ParameterSpec['adapt']> {
  return ({ shape, values }) => {
    const [length = 0, width] = shape;
    const side = Math.round(Math.sqrt(length));
    if (shape.length !== 2 || width !== heads || side * side !== length || side % 2 === 0) return null;
    if (window.every((tokens) => 2 * tokens - 1 === side)) return values;
    const rows = readings(side, 2 * window[0] - 1);
    const columns = readings(side, 2 * window[1] - 1);
    const result = new Float32Array(rows.length * columns.length * heads);
    const at = (row: number, column: number, head: number): number =>
      values[(row * side + column) * heads + head]!;
    rows.forEach((row, y) =>
      columns.forEach((column, x) => {
        for (let head = 0; head < heads; head += 1) {
          const along = (line: number): number =>
            at(line, column.left, head) * (1 - column.share) + at(line, column.right, head) * column.share;
          result[(y * columns.length + x) * heads + head] =
            along(row.left) * (1 - row.share) + along(row.right) * row.share;
        }
      }),
    );
    return result;
  };
}
