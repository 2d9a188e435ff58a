import { crossEntropy, errorRate, exactMatch } from '../../shared/metrics/index.ts';
import type { exactMatchSchema, setFiguresSchema } from '../../shared/records/run-record.ts';
import type { z } from 'zod';

export type SetFigures = z.infer<typeof setFiguresSchema>;
export type ExactMatchFigures = z.infer<typeof exactMatchSchema>;

/** Probabilities of one target on one set of pictures, and the truth. */
export interface TargetTables {
  name: string;
  classes: number;
  plain: Float32Array;
  tta: Float32Array | null;
  labels: Int32Array;
}

/**
 * Loss and error rate on the pictures that have a label in this target, plain and with test-time augmentation. The loss is the
 * cross-entropy without label smoothing, so that runs with and without it compare. Null when no picture has a label.
 */
export function setFigures({ name, classes, plain, tta, labels }: TargetTables): SetFigures | null {
  const images = labels.reduce((count, label) => (label >= 0 ? count + 1 : count), 0);
  if (images === 0) return null;
  const of = (probabilities: Float32Array): [number, number] => {
    const rows = { probabilities, labels, classes };
    return [crossEntropy(rows), errorRate(rows)];
  };
  const [loss, error] = of(plain);
  const [ttaLoss, ttaErrorRate] = tta === null ? [null, null] : of(tta);
  return { target: name, images, loss, errorRate: error, ttaLoss, ttaErrorRate };
}

/** All targets together, plain and with test-time augmentation; null when no picture has a label in every target. */
export function exactMatchFigures(targets: readonly TargetTables[]): ExactMatchFigures | null {
  const of = (which: 'plain' | 'tta'): ReturnType<typeof exactMatch> =>
    exactMatch(
      targets.map(({ classes, labels, ...tables }) => ({ probabilities: tables[which]!, labels, classes })),
    );
  const plain = of('plain');
  if (plain === null) return null;
  const hasTta = targets.every(({ tta }) => tta !== null);
  return { ...plain, ttaErrorRate: hasTta ? of('tta')!.errorRate : null };
}

/** The loss over all targets as it is minimised: each target's times its weight, 1 where there is none. */
export function weighted(losses: readonly number[], weights: readonly number[] | undefined): number {
  return losses.reduce((sum, loss, t) => sum + loss * (weights?.[t] ?? 1), 0);
}
