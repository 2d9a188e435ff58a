import { describe, expect, it } from 'vitest';
import {
  type LabelledRows,
  accuracy,
  confusionMatrix,
  crossEntropy,
  errorRate,
  exactMatch,
  isBetter,
  metrics,
} from '../../../../shared/metrics/index.ts';

const rows: LabelledRows = {
  probabilities: Float32Array.of(0.75, 0.25, 0, 0.25, 0.5, 0.25, 0.5, 0.5, 0, 0, 0, 1, 0.1, 0.8, 0.1),
  labels: Int32Array.of(0, 1, 1, 2, -1),
  classes: 3,
};

describe('metrics', () => {
  it('counts wrong rows, leaves out those without a label, and gives ties to the lower index', () => {
    expect(errorRate(rows)).toBe(1 / 4);
    expect(accuracy(rows)).toBe(3 / 4);
    expect(confusionMatrix(rows)).toEqual([
      [1, 0, 0],
      [1, 1, 0],
      [0, 0, 1],
    ]);
  });

  it('counts pictures that are wrong in any target, among those with a label in each', () => {
    const other: LabelledRows = {
      probabilities: Float32Array.of(0.9, 0.1, 0.2, 0.8, 0.9, 0.1, 0.3, 0.7, 0.5, 0.5),
      labels: Int32Array.of(0, 0, -1, 1, 0),
      classes: 2,
    };
    // Rows 0 (both right), 1 (other wrong) and 3 (both right) have both labels.
    expect(exactMatch([rows, other])).toEqual({ images: 3, errorRate: 1 / 3 });
    expect(exactMatch([rows])).toEqual({ images: 4, errorRate: errorRate(rows) });
    const none = { ...other, labels: new Int32Array(5).fill(-1) };
    expect(exactMatch([rows, none])).toBeNull();
    expect(() => exactMatch([rows, { ...other, labels: Int32Array.of(0) }])).toThrow(RangeError);
  });

  it('takes the mean of minus the logarithm of the true class', () => {
    expect(crossEntropy(rows)).toBeCloseTo(-(Math.log(0.75) + 2 * Math.log(0.5) + Math.log(1)) / 4, 7);
  });

  it('keeps the cross-entropy of a probability of 0 finite', () => {
    const never = { probabilities: Float32Array.of(1, 0), labels: Int32Array.of(1), classes: 2 };
    expect(crossEntropy(never)).toBeCloseTo(23 * Math.LN2, 5);
  });

  it('is NaN where nothing has a label, and never better than a number', () => {
    const none = { probabilities: new Float32Array(0), labels: new Int32Array(0), classes: 2 };
    for (const metric of metrics) {
      expect(metric.compute(none)).toBeNaN();
      expect(isBetter(metric, NaN, 0.5)).toBe(false);
      expect(isBetter(metric, 0.5, NaN)).toBe(true);
    }
  });

  it('states its direction', () => {
    const better = Object.fromEntries(metrics.map((metric) => [metric.id, isBetter(metric, 0.1, 0.2)]));
    expect(better).toEqual({ error_rate: true, cross_entropy: true, accuracy: false });
  });

  it('refuses tables and labels that do not fit', () => {
    expect(() => errorRate({ ...rows, classes: 4 })).toThrow(RangeError);
    expect(() => errorRate({ ...rows, labels: Int32Array.of(0, 1, 1, 3, -1) })).toThrow('Label 3');
  });
});
