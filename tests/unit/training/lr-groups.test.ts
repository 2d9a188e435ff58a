import { describe, expect, it } from 'vitest';
import { discriminativeRates, lrGroupOf } from '../../../src-main/training/lr-groups.ts';

describe('learning-rate groups', () => {
  it('part a ResNet after its second stage, as fastai does', () => {
    const parameters = [0, 1, 2, 3, 4, 'head' as const].map((group) => ({ group }));
    const group = lrGroupOf(parameters);
    expect(parameters.map(group)).toEqual([0, 0, 0, 1, 1, 2]);
  });

  it('do with a body of one depth', () => {
    const group = lrGroupOf([{ group: 0 }, { group: 'head' }]);
    expect([group({ group: 0 }), group({ group: 'head' })]).toEqual([0, 2]);
  });

  it('have rates in a geometric row, the head last', () => {
    const rates = discriminativeRates(1e-3, 1 / 100);
    expect(rates[0]! / 1e-5).toBeCloseTo(1, 6);
    expect(rates[1]! / 1e-4).toBeCloseTo(1, 6);
    expect(rates[2]! / 1e-3).toBeCloseTo(1, 6);
    expect(new Set(discriminativeRates(0.5, 1))).toEqual(new Set([0.5]));
  });
});
