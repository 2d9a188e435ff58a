import { describe, expect, it } from 'vitest';
import {
  type LabelledRows,
  accuracy,
  confusionMatrix,
  crossEntropy,
  errorRate,
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
