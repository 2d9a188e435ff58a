import { crossEntropy, errorRate } from '../../shared/metrics/index.ts';
import type { setFiguresSchema } from '../../shared/records/run-record.ts';
import type { z } from 'zod';

export type SetFigures = z.infer<typeof setFiguresSchema>;

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
