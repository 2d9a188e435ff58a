import type { PredictionReport } from '../../shared/records/prediction.ts';
import { csvLines } from '../files/csv.ts';

/**
 * A row for each picture: its name, then for each target the most probable classes and their probabilities. Pictures that could
 * not be read have a reason instead.
 */
export function predictionCsv({ targets, pictures }: PredictionReport): string {
  const ranks = Math.max(0, ...pictures.map((p) => (p.ok ? Math.max(...p.top.map((t) => t.length)) : 0)));
  const suffix = (rank: number): string => (rank === 0 ? '' : `_${rank + 1}`);
  const order = Array.from({ length: ranks }, (_, rank) => rank);
  const fields = [
    'picture',
    ...targets.flatMap(({ name }) =>
      order.flatMap((rank) => [`${name}${suffix(rank)}`, `${name}${suffix(rank)}_probability`]),
    ),
    'problem',
  ];
  const data = pictures.map((picture) => [
    picture.name,
    ...targets.flatMap((_, t) =>
      order.flatMap((rank) => {
        const found = picture.ok ? picture.top[t]?.[rank] : undefined;
        return found === undefined ? ['', ''] : [found.label, found.probability.toFixed(6)];
      }),
    ),
    picture.ok ? '' : picture.reason,
  ]);
  return csvLines([fields, ...data]);
}
