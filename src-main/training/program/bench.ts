import { weightsOf } from '../../../shared/architectures/index.ts';
import type { ImageSize } from '../../../shared/image-size.ts';
import type { Precision } from '../../../shared/records/precision.ts';
import { Program } from './program.ts';
import { recordProgram } from './record.ts';
import type { OptimizerFeeds, ProgramSpec, RecordedProgram, TrainFeeds } from './spec.ts';

export interface StepBenchmark {
  arch: string;
  size: ImageSize;
  batch: number;
  steps: number;
  checkpointing?: boolean;
  precision?: Precision;
}

/** Classes in a benchmark, as in the PyTorch script that it is compared with. */
const CLASSES = 10;

/** The program of a benchmark: that of a training run on one target of ten classes, pixels cached at the training size. */
export function benchmarkSpec({
  arch,
  size,
  batch,
  checkpointing = false,
  precision = 'float32',
}: Omit<StepBenchmark, 'steps'>): ProgramSpec {
  const { mean, std } = weightsOf(arch).tag;
  return {
    arch,
    targets: [CLASSES],
    pixels: size,
    size,
    microBatch: batch,
    evalBatch: batch,
    train: true,
    accumulate: false,
    trainHead: false,
    labelSmoothing: 0,
    checkpointing,
    precision,
    normalise: { mean, std },
    lrGroups: 1,
    optimizer: { beta2: 0.999, epsilon: 1e-8 },
  };
}

/** One batch of noise with labels, and AdamW's usual settings. */
export function syntheticBatch({ pixels, microBatch, targets }: ProgramSpec): TrainFeeds & OptimizerFeeds {
  let state = 1;
  const random = (): number => (state = (state * 48271) % 0x7fffffff) / 0x7fffffff;
  const bytes = new Uint8Array(microBatch * pixels.height * pixels.width * 3);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(random() * 256);
  const rows = (row: number[]): Float32Array =>
    Float32Array.from(Array.from({ length: microBatch }, () => row).flat());
  return {
    pixels: bytes,
    transforms: rows([1, 0, 0, 0, 1, 0, 0, 0]),
    lighting: rows([1, 0]),
    labels: Int32Array.from({ length: microBatch * targets.length }, () => Math.floor(random() * CLASSES)),
    lossScale: microBatch,
    random,
    lr: Float32Array.of(1e-3, 1e-3),
    beta1: 0.9,
    weightDecay: 0.01,
  };
}

/**
 * Times training steps on synthetic data; the first, in which TensorFlow optimises the graph, does not count.
 * @param onStep called after each step; returning false ends the benchmark
 * @returns seconds of each counted step, and of the first, with all that is compiled and tried in it
 */
export function benchmarkSteps(
  benchmark: StepBenchmark,
  onStep: (done: number) => boolean,
): { seconds: number[]; firstSeconds: number; recorded: RecordedProgram } {
  const recorded = recordProgram(benchmarkSpec(benchmark));
  const program = Program.load(recorded);
  try {
    program.init(1);
    const batch = syntheticBatch(recorded.spec);
    const seconds: number[] = [];
    let firstSeconds = NaN;
    for (let step = 0; step < benchmark.steps; step++) {
      const start = performance.now();
      program.trainStep(batch);
      const took = (performance.now() - start) / 1000;
      if (step === 0) firstSeconds = took;
      else seconds.push(took);
      if (!onStep(step + 1)) break;
    }
    return { seconds, firstSeconds, recorded };
  } finally {
    program.dispose();
  }
}
