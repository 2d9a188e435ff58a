import { describe, expect, it } from 'vitest';
import { type EpochPlan, planEpoch } from '../../../src-main/training/windows.ts';

function pictures(plan: EpochPlan): number {
  return plan.windows.flatMap((window) => window.micro).reduce((a, b) => a + b, 0);
}

describe('windows of an epoch', () => {
  it('are batches where nothing is accumulated, the last one short', () => {
    const plan = planEpoch(10, { batchSize: 4, accum: 1, batchNorm: true });
    expect(plan).toEqual({
      microBatch: 4,
      lastMicroBatch: 2,
      left: 0,
      windows: [
        { start: 0, count: 4, micro: [4] },
        { start: 4, count: 4, micro: [4] },
        { start: 8, count: 2, micro: [2] },
      ],
    });
  });

  it('end with a partial window of its own count when accumulating', () => {
    const plan = planEpoch(27, { batchSize: 8, accum: 4, batchNorm: false });
    expect(plan.microBatch).toBe(2);
    expect(plan.windows.at(-2)).toEqual({ start: 16, count: 8, micro: [2, 2, 2, 2] });
    expect(plan.windows.at(-1)).toEqual({ start: 24, count: 3, micro: [2, 1] });
    expect(plan.lastMicroBatch).toBe(1);
  });

  it('leave no picture alone under batch normalisation', () => {
    const plan = planEpoch(27, { batchSize: 8, accum: 4, batchNorm: true });
    expect(plan.windows.at(-1)).toEqual({ start: 24, count: 2, micro: [2] });
    expect(plan).toMatchObject({ lastMicroBatch: null, left: 1 });
    // Asked for one by one, or with one picture in all, there is no other way.
    expect(planEpoch(3, { batchSize: 1, accum: 1, batchNorm: true }).windows).toHaveLength(3);
    expect(planEpoch(1, { batchSize: 8, accum: 1, batchNorm: true }).windows[0]?.micro).toEqual([1]);
  });

  it('hold every picture once, for any count', () => {
    for (let count = 1; count < 70; count++)
      for (const accum of [1, 2, 4])
        for (const batchNorm of [true, false]) {
          const plan = planEpoch(count, { batchSize: 16, accum, batchNorm });
          expect(pictures(plan) + plan.left).toBe(count);
          const short = plan.windows.flatMap((w) => w.micro).filter((size) => size !== plan.microBatch);
          expect(short).toEqual(plan.lastMicroBatch === null ? [] : [plan.lastMicroBatch]);
          for (const window of plan.windows)
            expect(window.micro.reduce((a, b) => a + b, 0)).toBe(window.count);
        }
  });
});
