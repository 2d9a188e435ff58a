import { describe, expect, it } from 'vitest';
import { type RunConfig, runConfigSchema } from '../../../shared/records/run-config.ts';
import { estimateSeconds, relativeCost } from '../../../src-main/scheduler/eta.ts';

function config(arch: string, side: number, epochs: number): RunConfig {
  const size = { height: side, width: side };
  return runConfigSchema.parse({ dataset: '/d', arch, size, epochs, frozenEpochs: 0, seed: 1 });
}

describe('the time a queue takes', () => {
  it('is unknown while nothing was measured, and nothing for an empty queue', () => {
    expect(estimateSeconds([config('resnet18', 64, 1)], [])).toBeNull();
    expect(estimateSeconds([], [])).toBe(0);
  });

  it('grows with epochs and pixels of a measured run', () => {
    const known = [{ config: config('resnet18', 64, 2), seconds: 10 }];
    expect(estimateSeconds([config('resnet18', 64, 6)], known)).toBeCloseTo(30);
    expect(estimateSeconds([config('resnet18', 128, 2), config('resnet18', 64, 2)], known)).toBeCloseTo(50);
  });

  it('trusts runs of the same architecture more than others', () => {
    const known = [
      { config: config('resnet18', 64, 2), seconds: 10 },
      { config: config('convnext_tiny', 64, 2), seconds: 70 },
    ];
    expect(estimateSeconds([config('convnext_tiny', 64, 4)], known)).toBeCloseTo(140);
  });

  it('takes a frozen epoch for cheaper than a full one', () => {
    const full = config('resnet18', 64, 2);
    const frozen = { ...full, epochs: 1, frozenEpochs: 1 };
    expect(relativeCost(frozen)).toBeLessThan(relativeCost(full));
    expect(relativeCost({ ...full, epochs: 0, frozenEpochs: 1 })).toBeGreaterThan(0);
  });
});
