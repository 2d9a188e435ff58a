import { describe, expect, it } from 'vitest';
import { timeStep } from '../../../src-renderer/charts/time-step.ts';

describe('Axes of time', () => {
  it('are marked in steps that people count in', () => {
    const steps = [0, 7, 60, 300, 500, 3600, 30_000, 86_400, 7 * 86_400, 90 * 86_400].map(timeStep);
    const [minute, hour, day] = [60, 3600, 86_400];
    expect(steps).toEqual([1, 1, 10, minute, 2 * minute, 10 * minute, 2 * hour, 3 * hour, day, 12 * day]);
  });
});
