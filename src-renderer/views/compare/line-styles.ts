import { runColorToken } from '../../parts/run-color.ts';
import type { RunRow } from '../../../shared/ipc/views.ts';

export interface LineStyle {
  color: string;
  dash: number[] | undefined;
}

const dashes: (number[] | undefined)[] = [undefined, [7, 4], [2, 3], [10, 3, 2, 3]];

/** Each run in its own colour; runs that share one are told apart by their strokes. */
export function lineStyles(rows: readonly RunRow[]): Map<string, LineStyle> {
  const used = new Map<string, number>();
  return new Map(
    rows.map((row) => {
      const color = runColorToken(row.color);
      const times = used.get(color) ?? 0;
      used.set(color, times + 1);
      return [row.id, { color, dash: dashes[times % dashes.length] }];
    }),
  );
}

/** Names that tell runs apart: the end of the id is added where several have one name. */
export function distinctNames(rows: readonly RunRow[]): Map<string, string> {
  const count = new Map<string, number>();
  for (const { name } of rows) count.set(name, (count.get(name) ?? 0) + 1);
  return new Map(rows.map(({ id, name }) => [id, count.get(name)! > 1 ? `${name} · ${id.slice(-4)}` : name]));
}
