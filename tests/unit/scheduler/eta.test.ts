import { describe, expect, it } from 'vitest';
import { type RunConfig, runConfigSchema } from '../../../shared/records/run-config.ts';
import { type MeasuredRun, estimateSeconds, gmacsOf, relativeCost } from '../../../src-main/scheduler/eta.ts';
import { exampleEpoch } from '../runs/example-run.ts';

const counts = { train: 100, valid: 20, holdout: 10, test: 30 };

function config(arch: string, side: number, epochs: number, more: object = {}): RunConfig {
  const size = { height: side, width: side };
  const settings = { arch, size, epochs, frozenEpochs: 0, seed: 1, ttaViews: 0, ...more };
  return runConfigSchema.parse({ dataset: '/d', ...settings });
}

/** A run that takes `cost` seconds a trained picture and GMAC, a third of it frozen or looked at, and 4 s besides. */
function measured(run: RunConfig, cost: number): MeasuredRun {
  const full = cost * counts.train * gmacsOf(run);
  const epochs = Array.from({ length: run.frozenEpochs + run.epochs }, (_, index) => ({
    ...exampleEpoch(index + 1),
    phase: index < run.frozenEpochs ? ('frozen' as const) : ('full' as const),
    trainSeconds: index < run.frozenEpochs ? full / 3 : full,
    validSeconds: (cost / 3) * counts.valid * gmacsOf(run),
  }));
  const looks = (cost / 3) * (1 + run.ttaViews) * 60 * gmacsOf(run);
  const seconds = epochs.reduce((sum, log) => sum + log.trainSeconds + log.validSeconds, looks + 4);
  return { config: run, counts, epochs, seconds };
}

describe('the time a queue takes', () => {
  it('is unknown while nothing was measured, and nothing for an empty queue', () => {
    expect(estimateSeconds([config('resnet18', 64, 1)], [])).toBeNull();
    expect(estimateSeconds([], [])).toBe(0);
  });

  it('goes by runs of the same precision where there are some', () => {
    const [whole, half] = [config('resnet18', 64, 2), config('resnet18', 64, 2, { precision: 'bfloat16' })];
    const known = [measured(whole, 0.5), measured(half, 0.3)];
    expect(estimateSeconds([half], known)).toBeCloseTo(known[1]!.seconds!, 6);
    expect(estimateSeconds([whole], known)).toBeCloseTo(known[0]!.seconds!, 6);
  });

  it('counts frozen and full epochs, validations, views and what a run costs besides', () => {
    const known = [measured(config('resnet18', 64, 2, { frozenEpochs: 1, ttaViews: 2 }), 0.5)];
    for (const pending of [
      config('resnet18', 64, 6, { frozenEpochs: 2 }),
      config('resnet18', 128, 2, { ttaViews: 4 }),
    ])
      expect(estimateSeconds([pending], known)).toBeCloseTo(measured(pending, 0.5).seconds!, 6);
    // From scratch frozen epochs train all layers.
    const scratch = config('resnet18', 64, 2, { frozenEpochs: 1, weights: 'none' });
    expect(estimateSeconds([scratch], known)).toBeCloseTo(
      measured(config('resnet18', 64, 3), 0.5).seconds!,
      6,
    );
  });

  it('guesses a full epoch from a frozen one until one was seen', () => {
    const run = measured(config('resnet18', 64, 2, { frozenEpochs: 1 }), 0.5);
    const begun = { ...run, epochs: run.epochs.slice(0, 1), seconds: null };
    const other = config('resnet18', 64, 3);
    // What a run costs besides is not known yet.
    expect(estimateSeconds([other], [begun])).toBeCloseTo(measured(other, 0.5).seconds! + 4, 6);
  });

  it('takes a full epoch from a step that was tried rather than from a frozen one', () => {
    const run = measured(config('resnet18', 64, 2, { frozenEpochs: 1 }), 0.5);
    const begun = { ...run, epochs: run.epochs.slice(0, 1), seconds: null };
    const other = config('resnet18', 64, 3);
    // Half of what three frozen epochs would tell.
    const fullPace = (0.5 / 2) * gmacsOf(other);
    const full = 3 * counts.train * fullPace;
    const expected = measured(other, 0.5).seconds! + 4 - full;
    expect(estimateSeconds([other], [{ ...begun, fullPace }])).toBeCloseTo(expected, 6);
    // Once a full epoch was seen it counts alone.
    const seen = { ...run, fullPace, seconds: null };
    expect(estimateSeconds([other], [seen])).toBeCloseTo(measured(other, 0.5).seconds! + 4, 6);
  });

  it('trusts runs of the same architecture more than others, of the same size most, and scales others by multiply-adds', () => {
    const known = [
      measured(config('resnet18', 64, 2), 0.5),
      measured(config('convnext_tiny', 64, 2), 2),
      measured(config('convnext_tiny', 128, 2), 1),
    ];
    const same = config('convnext_tiny', 128, 4);
    expect(estimateSeconds([same], known)).toBeCloseTo(measured(same, 1).seconds!, 6);
    const other = config('resnet50', 64, 4);
    const seconds = estimateSeconds([other], [known[0]!]);
    expect(seconds).toBeCloseTo(measured(other, 0.5).seconds!, 6);
    expect(gmacsOf(other)).toBeGreaterThan(2 * gmacsOf(config('resnet18', 64, 1)));
  });

  it('takes a frozen epoch for cheaper than a full one', () => {
    const full = config('resnet18', 64, 2);
    const frozen = { ...full, epochs: 1, frozenEpochs: 1 };
    expect(relativeCost(frozen)).toBeLessThan(relativeCost(full));
    expect(relativeCost({ ...full, epochs: 0, frozenEpochs: 1 })).toBeGreaterThan(0);
  });
});
