import type { ModelBuilder } from '../../../../src-main/models/context.ts';
import { convNext } from '../../../../src-main/models/families/convnext.ts';
import { efficientNet, efficientNetStyle } from '../../../../src-main/models/families/efficientnet.ts';
import { liteStyle } from '../../../../src-main/models/families/efficientnet-lite.ts';
import { mobileNetV3 } from '../../../../src-main/models/families/mobilenetv3.ts';
import { resNet } from '../../../../src-main/models/families/resnet.ts';
import { swin } from '../../../../src-main/models/families/swin.ts';
import { swinV2 } from '../../../../src-main/models/families/swinv2.ts';
import { vit } from '../../../../src-main/models/families/vit.ts';
import {
  type LrGrouping,
  type OptimizerFeeds,
  Program,
  type ProgramSpec,
  type RecordedProgram,
  type TrainFeeds,
  recordProgram,
} from '../../../../src-main/training/program/index.ts';
import { seeded } from '../../graph/finite-differences.ts';

/** Networks of the real families, small enough for a step to take milliseconds. */
export const tinyModels = {
  convnext: convNext({ depths: [1, 2], dims: [8, 16], convMlp: false }),
  resnet: resNet({
    block: 'bottleneck',
    layers: [1, 1, 2],
    channels: [4, 8, 8],
    stem: 8,
    averageDown: true,
  }),
  lite: efficientNet({
    stemChannels: 8,
    stages: [
      { repeats: 1, kernel: 3, stride: 1, expansion: 1, channels: 8 },
      { repeats: 2, kernel: 5, stride: 2, expansion: 6, channels: 16 },
    ],
    features: 32,
    style: liteStyle,
  }),
  convnextv2: convNext({ depths: [1, 2], dims: [8, 16], convMlp: true, responseNorm: true }),
  efficientnet: efficientNet({
    stemChannels: 8,
    stages: [
      { repeats: 1, kernel: 3, stride: 1, expansion: 1, channels: 8, squeeze: true },
      { repeats: 2, kernel: 3, stride: 2, expansion: 4, channels: 16, squeeze: true },
    ],
    features: 32,
    style: efficientNetStyle,
  }),
  mobilenet: mobileNetV3({
    stemChannels: 8,
    stages: [
      [{ kernel: 3, stride: 1, expansion: 1, channels: 8, activation: 'relu' }],
      [1, 2].map(() => ({ kernel: 5, stride: 1, expansion: 3, channels: 16, squeeze: true })),
    ],
    ...{ last: 32, features: 24 },
  }),
  vit: vit({ patch: 8, channels: 12, depth: 3, heads: 2, classPosition: true, initialScale: null }),
  deit3: vit({ patch: 8, channels: 12, depth: 2, heads: 2, classPosition: false, initialScale: 1e-6 }),
  swin: swin({ channels: 8, depths: [2, 2], heads: [2, 4], window: 4 }),
  swinv2: swinV2({ channels: 8, depths: [2, 2], heads: [2, 4], window: 4 }),
} satisfies Record<string, ModelBuilder>;
export type TinyModel = keyof typeof tinyModels;

/** Records one of them. */
export function recordTiny(model: TinyModel, changes: Partial<ProgramSpec> = {}): RecordedProgram {
  return recordProgram(smallSpec(model, changes), stemApart, tinyModels[model]);
}

/** A recorded one with weights drawn. */
export function startTiny(model: TinyModel, changes: Partial<ProgramSpec> = {}): Program {
  const program = Program.load(recordTiny(model, changes));
  program.init(3);
  // Layer scale starts at 1e-6, which would leave nothing to be seen of the branches.
  const scales = [...program.read()].filter(([name]) => /\.gamma$/.test(name));
  program.load(new Map(scales.map(([name, values]) => [name, values.fill(0.3)])));
  return program;
}

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
