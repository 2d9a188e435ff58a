import type {
  LrGrouping,
  OptimizerFeeds,
  ProgramSpec,
  TrainFeeds,
} from '../../../../src-main/training/program/index.ts';
import { seeded } from '../../graph/finite-differences.ts';

/** A small program on two targets, everything recorded, epsilon large enough that tiny gradients do not become signs. */
export function smallSpec(arch: string, changes: Partial<ProgramSpec> = {}): ProgramSpec {
  return {
    arch,
    targets: [3, 2],
    pixels: { height: 40, width: 36 },
    size: { height: 32, width: 32 },
    microBatch: 4,
    evalBatch: 5,
    train: true,
    accumulate: false,
    trainHead: false,
    labelSmoothing: 0.1,
    normalise: { mean: [0.48, 0.46, 0.4], std: [0.23, 0.22, 0.25] },
    lrGroups: 2,
    optimizer: { beta2: 0.99, epsilon: 1e-3 },
    ...changes,
  };
}

/** The stem is group 0, the rest of the body group 1. */
export const stemApart: LrGrouping =
  () =>
  ({ group }) =>
    group === 'head' ? 2 : group === 0 ? 0 : 1;

export const optimizer = (step = 0): OptimizerFeeds => ({
  lr: Float32Array.of(1e-4, 1e-3, 2e-3),
  // Momentum is cycled in training.
  beta1: 0.95 - 0.01 * step,
  weightDecay: 0.1,
});

/** Noise with labels, some of them missing, slightly turned and lit. */
export function batchOf(spec: ProgramSpec, rows: number, seed: number, lossScale = rows): TrainFeeds {
  const next = seeded(seed + 1);
  for (let i = 0; i < 10; i++) next();
  const { height, width } = spec.pixels;
  const each = <T>(length: number, f: (i: number) => T): T[] => Array.from({ length }, (_, i) => f(i));
  return {
    pixels: Uint8Array.from(each(rows * height * width * 3, () => next() * 256)),
    transforms: Float32Array.from(
      each(rows, () => [1.1, 0.05 * next(), next(), -0.05, 1.05, next(), 0, 0]).flat(),
    ),
    lighting: Float32Array.from(each(rows, () => [0.9 + 0.2 * next(), 0.2 * next()]).flat()),
    labels: Int32Array.from(
      each(rows * spec.targets.length, (i) =>
        i % 7 === 5 ? -1 : Math.floor(next() * spec.targets[i % spec.targets.length]!),
      ),
    ),
    lossScale,
    random: () => 0.5,
  };
}
