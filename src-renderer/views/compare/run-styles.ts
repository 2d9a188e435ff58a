import { type MarkShape, markShapes } from '../../charts/mark-shapes.ts';
import { runColorToken } from '../../parts/run-color.ts';
import type { RunRow } from '../../../shared/ipc/views.ts';

/** How a run looks in every picture of a comparison. */
export interface RunStyle {
  /** As runColorToken has it. */
  color: string;
  /** Strokes and gaps of its lines in pixels; undefined for a solid one. */
  dash: number[] | undefined;
  /** Of its points. */
  shape: MarkShape;
}

/** As many as there are shapes: a line and a point of a run say the same. */
const dashes: (number[] | undefined)[] = [
  undefined,
  [7, 4],
  [2, 3],
  [10, 3, 2, 3],
  [16, 4],
  [7, 3, 2, 3, 2, 3],
  [3, 7],
  [16, 3, 4, 3],
  [4, 3, 4, 8],
  [2, 3, 2, 3, 2, 9],
];

/** A run that shares its colour with none of those compared: a solid line and round points. */
export function plainStyle(row: RunRow): RunStyle {
  return { color: runColorToken(row.color), dash: undefined, shape: markShapes[0] };
}

/** Each run in its own colour; runs that share one are told apart by their strokes and by the shapes of their points. */
export function runStyles(rows: readonly RunRow[]): Map<string, RunStyle> {
  const used = new Map<string, number>();
  return new Map(
    rows.map((row) => {
      const color = runColorToken(row.color);
      const times = used.get(color) ?? 0;
      used.set(color, times + 1);
      const place = times % markShapes.length;
      return [row.id, { color, dash: dashes[place], shape: markShapes[place]! }];
    }),
  );
}

/** Names that tell runs apart: the end of the id is added where several have one name. */
export function distinctNames(rows: readonly RunRow[]): Map<string, string> {
  const count = new Map<string, number>();
  for (const { name } of rows) count.set(name, (count.get(name) ?? 0) + 1);
  return new Map(rows.map(({ id, name }) => [id, count.get(name)! > 1 ? `${name} · ${id.slice(-4)}` : name]));
}
