import { compareValues } from '../../shared/run-table/sort.ts';

/** Where values stand along an axis, 0 to 1, and what is written beside it. */
export interface PlotScale {
  place(value: string | number): number;
  ticks: { value: string | number; at: number }[];
}

/**
 * A scale for values of runs: numbers by size (by their logarithm where they span more than two powers of ten and are all above
 * zero, as learning rates do), words evenly in their order.
 */
export function plotScale(values: readonly (string | number)[]): PlotScale {
  const numbers = values.map(Number);
  if (values.length > 0 && numbers.every((value) => Number.isFinite(value))) return numberScale(numbers);
  const names = [...new Set(values.map(String))].sort(compareValues);
  const at = (name: string): number => (names.length < 2 ? 0.5 : names.indexOf(name) / (names.length - 1));
  return { place: (value) => at(String(value)), ticks: names.map((value) => ({ value, at: at(value) })) };
}

function numberScale(numbers: readonly number[]): PlotScale {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const log = low > 0 && high / low > 100;
  const warp = (value: number): number => (log ? Math.log10(value) : value);
  const [from, to] = [warp(low), warp(high)];
  const place = (value: string | number): number =>
    to > from ? (warp(Number(value)) - from) / (to - from) : 0.5;
  if (to === from) return { place, ticks: [{ value: low, at: 0.5 }] };
  const distinct = [...new Set(numbers)].sort((a, b) => a - b);
  // A few values, as grids have them, are the ticks themselves.
  const shown =
    distinct.length <= 5
      ? distinct
      : [0, 0.25, 0.5, 0.75, 1].map((share) =>
          log ? 10 ** (from + share * (to - from)) : from + share * (to - from),
        );
  // Three digits read well; values that they do not tell apart need more.
  const written = [3, 4, 5, 6, 8]
    .map((digits) => shown.map((value) => Number(value.toPrecision(digits))))
    .find((values) => new Set(values).size === shown.length);
  return { place, ticks: shown.map((value, at) => ({ value: written?.[at] ?? value, at: place(value) })) };
}
