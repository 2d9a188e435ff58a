import { describe, expect, it } from 'vitest';
import { atPosition, fitOneCycle } from '../../../src-main/training/one-cycle.ts';
import { frozenCycle, planPhases, unfrozenCycle } from '../../../src-main/training/phases.ts';

describe('one cycle', () => {
  it('starts, peaks and ends where fastai does', () => {
    expect(atPosition(fitOneCycle, 0)).toEqual({ lrShare: 1 / 25, momentum: 0.95 });
    expect(atPosition(fitOneCycle, 0.25)).toEqual({ lrShare: 1, momentum: 0.85 });
    const end = atPosition(fitOneCycle, 1);
    expect(end.lrShare).toBeCloseTo(1e-5, 12);
    expect(end.momentum).toBeCloseTo(0.95, 12);
  });

  it('follows half cosines between', () => {
    // Half-way up: the mean of start and peak; half-way down: the mean of peak and end.
    expect(atPosition(fitOneCycle, 0.125).lrShare).toBeCloseTo((1 / 25 + 1) / 2, 12);
    expect(atPosition(fitOneCycle, 0.625).lrShare).toBeCloseTo((1 + 1e-5) / 2, 12);
    expect(atPosition(fitOneCycle, 0.625).momentum).toBeCloseTo(0.9, 12);
    // A quarter of the way down: cos(π/4).
    const quarter = 1 + ((1 - Math.SQRT1_2) / 2) * (1e-5 - 1);
    expect(atPosition(fitOneCycle, 0.25 + 0.75 / 4).lrShare).toBeCloseTo(quarter, 12);
  });

  it('has the learning rate and the momentum in opposition', () => {
    for (let i = 1; i < 100; i++) {
      const [before, after] = [atPosition(unfrozenCycle, (i - 1) / 100), atPosition(unfrozenCycle, i / 100)];
      expect(Math.sign(after.lrShare - before.lrShare)).toBe(-Math.sign(after.momentum - before.momentum));
    }
  });
});

describe('phases', () => {
  it('fine-tunes as fastai: the head alone, then all layers at half the rate', () => {
    const phases = planPhases({ epochs: 6, frozenEpochs: 1, lr: 2e-3 }, true);
    expect(phases).toEqual([
      { phase: 'frozen', epochs: 1, lr: 2e-3, lowestShare: 1, cycle: frozenCycle },
      { phase: 'full', epochs: 6, lr: 1e-3, lowestShare: expect.any(Number), cycle: unfrozenCycle },
    ]);
  });

  it('freezes nothing from scratch, and keeps the number of epochs', () => {
    expect(planPhases({ epochs: 5, frozenEpochs: 1, lr: 1e-3 }, false)).toEqual([
      { phase: 'full', epochs: 6, lr: 1e-3, lowestShare: 1, cycle: fitOneCycle },
    ]);
  });

  it('leaves out phases without epochs', () => {
    expect(planPhases({ epochs: 0, frozenEpochs: 2, lr: 1 }, true).map((p) => p.phase)).toEqual(['frozen']);
    expect(planPhases({ epochs: 3, frozenEpochs: 0, lr: 1 }, true).map((p) => p.phase)).toEqual(['full']);
  });
});
