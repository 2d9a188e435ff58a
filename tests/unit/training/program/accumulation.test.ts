import { describe, expect, it } from 'vitest';
import type { TrainFeeds } from '../../../../src-main/training/program/index.ts';
import { relativeError } from '../../graph/record.ts';
import { seeded } from '../../graph/finite-differences.ts';
import { type TinyModel, batchOf, optimizer, startTiny } from './specs.ts';

/** Some rows of a batch, whose loss stays divided by the count of the whole. */
function rowsOf(batch: TrainFeeds, start: number, end: number, rows: number): TrainFeeds {
  const cut = <T extends Float32Array | Int32Array | Uint8Array>(values: T): T => {
    const each = values.length / rows;
    return values.subarray(start * each, end * each) as T;
  };
  const { pixels, transforms, lighting, labels } = batch;
  return {
    ...batch,
    pixels: cut(pixels),
    transforms: cut(transforms),
    lighting: cut(lighting),
    labels: cut(labels),
  };
}

const WINDOWS = [8, 8, 3];

/**
 * An epoch of two whole windows and a partial one, in micro-batches, with stochastic depth, dropout, label smoothing, two targets
 * and missing labels: the weights after it, and before them the gradients of a whole and of a partial window at the start.
 */
function epoch(family: TinyModel, microBatch: number): Map<string, Float32Array>[] {
  const short = WINDOWS.at(-1)! % microBatch;
  const program = startTiny(family, {
    ...{ train: false, accumulate: true, microBatch, dropPath: 0.3, dropout: 0.2 },
    ...(short === 0 ? {} : { lastMicroBatch: short }),
  });
  const random = seeded(7);
  const sum = (rows: number, seed: number): Map<string, Float32Array> => {
    const batch = { ...batchOf(program.spec, rows, seed), random };
    for (let start = 0; start < rows; start += microBatch)
      program.trainMicro(rowsOf(batch, start, Math.min(rows, start + microBatch), rows));
    return program.accumulated();
  };
  const gradients = [8, 3].map((rows) => {
    const sums = sum(rows, rows);
    program.resetOptimizer();
    return sums;
  });
  WINDOWS.forEach((rows, place) => {
    sum(rows, 20 + place);
    program.apply(optimizer(place));
  });
  expect(flat(program.accumulated()).every((value) => value === 0)).toBe(true);
  const weights = program.read();
  program.dispose();
  return [...gradients, weights];
}

const flat = (map: ReadonlyMap<string, Float32Array>): number[] =>
  [...map.values()].flatMap((values) => Array.from(values));

describe('accumulation without batch normalisation gives the whole batch’s numbers', () => {
  it.each(['convnext', 'vit', 'swin'] as const)('%s, at accumulation 2, 4 and 8', (family) => {
    const [whole, partial, weights] = epoch(family, 8);
    for (const microBatch of [4, 2, 1]) {
      const [cutWhole, cutPartial, cutWeights] = epoch(family, microBatch);
      expect(relativeError(flat(cutWhole!), flat(whole!))).toBeLessThan(1e-5);
      expect(relativeError(flat(cutPartial!), flat(partial!))).toBeLessThan(1e-5);
      // Adam divides by the gradients' size, and so makes rounding larger where they are small.
      for (const [name, values] of weights!)
        expect(relativeError(cutWeights!.get(name)!, values, 1e-2), name).toBeLessThan(5e-5);
    }
  });

  it('moves the running statistics with every micro-batch', () => {
    const program = startTiny('resnet', { train: false, accumulate: true, microBatch: 2 });
    const { spec } = program;
    const mean = (): Float32Array => program.read().get('bn1.running_mean')!;
    const before = mean();
    program.trainMicro(batchOf(spec, 2, 1));
    const first = mean();
    program.trainMicro(batchOf(spec, 2, 2));
    expect(relativeError(first, before)).toBeGreaterThan(0);
    expect(relativeError(mean(), first)).toBeGreaterThan(0);
    program.dispose();
  });
});
