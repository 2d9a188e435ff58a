import { architecture, checkSize } from '../../../shared/architectures/index.ts';
import type { ProbeQuestion, ProbeResult } from '../../../shared/records/memory-probe.ts';
import { Program } from '../program/program.ts';
import { recordProgram } from '../program/record.ts';
import type { OptimizerFeeds, ProgramSpec, TrainFeeds } from '../program/spec.ts';
import { syntheticBatch } from '../program/bench.ts';
import { forecastProbe } from './forecast.ts';

/**
 * After so many steps what the allocator keeps grows hardly any more. Fewer would show up to a quarter too little: zeros of one shape
 * share their memory until each is written for the first time.
 */
const STEPS = 3;

/** Memory of this process as system and driver count it. */
export interface MemoryGauge {
  /** The highest resident memory so far, bytes. */
  peakBytes(): number;
  /** The card's, MiB; null without one. */
  peakCardMb(): number | null;
}

/** Pixels and labels of a batch. */
export type ProbePictures = Pick<TrainFeeds, 'pixels' | 'labels'>;

/**
 * Trains a few steps at the true size and reads what they took at most. The graph is built by the function that training uses.
 * @param pictures a batch of the dataset's; noise where there is none
 * @param goOn false: it was cancelled
 * @throws GranaryError ARCH_UNKNOWN, ARCH_SIZE
 */
export function probeMemory(
  question: ProbeQuestion,
  pictures: ((step: number) => ProbePictures) | null,
  gauge: MemoryGauge,
  goOn: (done: number) => boolean,
): ProbeResult {
  const spec = probeSpec(question);
  const recorded = recordProgram(spec);
  const predicted = forecastProbe(question);
  const program = Program.load(recorded);
  const seconds: number[] = [];
  let peakCardMb: number | null;
  try {
    program.init(1);
    const noise = syntheticBatch(spec);
    for (let step = 0; step < STEPS; step++) {
      const batch = { ...noise, ...pictures?.(step) };
      const stepBegan = performance.now();
      takeStep(program, batch, step);
      seconds.push((performance.now() - stepBegan) / 1000);
      if (!goOn(step + 1)) break;
    }
    peakCardMb = gauge.peakCardMb();
  } finally {
    program.dispose();
  }
  // TensorFlow prepares the graph in the first step.
  const counted = seconds.length === 1 ? seconds : seconds.slice(1);
  const step = counted.reduce((sum, each) => sum + each, 0) / counted.length;
  return {
    peakMb: gauge.peakBytes() / 2 ** 20,
    predictedMb: predicted.mainMb,
    predictedCardMb: predicted.cardMb,
    peakCardMb,
    steps: seconds.length,
    imagesPerSecond: question.microBatch / step,
  };
}

/** With accumulation the optimizer moves after the first and the third micro-batch: that shows the most in the fewest. */
function takeStep(program: Program, batch: TrainFeeds & OptimizerFeeds, step: number): void {
  if (!program.spec.accumulate) {
    program.trainStep(batch);
    return;
  }
  program.trainMicro(batch);
  if (step % 2 === 0) program.apply(batch);
}

function probeSpec({
  arch,
  size,
  presize,
  classes,
  microBatch,
  accumulates,
  checkpointing,
  precision,
}: ProbeQuestion): ProgramSpec {
  const info = architecture(arch);
  checkSize(info, size);
  return {
    arch: info.id,
    targets: classes,
    pixels: presize,
    size,
    microBatch,
    evalBatch: microBatch,
    train: !accumulates,
    accumulate: accumulates,
    trainHead: false,
    checkpointing,
    precision,
    labelSmoothing: 0,
    normalise: info,
    lrGroups: 1,
    optimizer: { beta2: 0.99, epsilon: 1e-5 },
  };
}
