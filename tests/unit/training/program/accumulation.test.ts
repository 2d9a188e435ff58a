import { describe, expect, it } from 'vitest';
import type { TrainFeeds } from '../../../../src-main/training/program/index.ts';
import { relativeError } from '../../graph/record.ts';
import { batchOf, optimizer, startTiny } from './specs.ts';

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

/** Gradients of a window of `rows` pictures in micro-batches, and the weights after one step with them. */
function window(rows: number, microBatch: number): Map<string, Float32Array>[] {
  const short = rows % microBatch;
  const program = startTiny('convnext', {
    train: false,
    accumulate: true,
    microBatch,
    ...(short === 0 ? {} : { lastMicroBatch: short }),
  });
  const batch = batchOf(program.spec, rows, 5);
  for (let start = 0; start < rows; start += microBatch) {
    program.trainMicro(rowsOf(batch, start, Math.min(rows, start + microBatch), rows));
  }
  const gradients = program.accumulated();
  program.apply(optimizer());
  expect(flat(program.accumulated()).every((value) => value === 0)).toBe(true);
  const weights = program.read();
  program.dispose();
  return [gradients, weights];
}

const flat = (map: ReadonlyMap<string, Float32Array>): number[] =>
  [...map.values()].flatMap((values) => Array.from(values));

describe('accumulation without batch normalisation gives the whole batch’s gradients', () => {
  it.each([
    [8, 4],
    [8, 2],
    // A partial last window with a short last micro-batch: 4 + 3.
    [7, 4],
  ])('%i pictures, %i at a time', (rows, microBatch) => {
    const [expected, expectedWeights] = window(rows, rows);
    const [gradients, weights] = window(rows, microBatch);
    expect(relativeError(flat(gradients!), flat(expected!))).toBeLessThan(1e-5);
    expect(relativeError(flat(weights!), flat(expectedWeights!))).toBeLessThan(1e-6);
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
