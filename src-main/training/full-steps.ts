import { syntheticBatch } from './program/bench.ts';
import type { Program } from './program/index.ts';

/** After the first step, in which TensorFlow prepares the graph, so many are timed, and none more once they took so long. */
const MOST_TIMED = 3;
const ENOUGH_SECONDS = 1;

/** What a window with all layers takes: its pictures, and its seconds the first time and later. */
export interface FullPace {
  images: number;
  firstSeconds: number;
  seconds: number;
}

/**
 * Takes a few training steps with all layers on noise and times them: a frozen epoch says little of them, as they take 1.7 to 3 times
 * its steps, by the architecture. Leaves every variable with other values; the optimizer is as new.
 * @param accum micro-batches a window
 * @param breathe awaited between two native calls; what it throws ends the trial
 */
export async function timeFullSteps(
  program: Program,
  { accum, seed }: { accum: number; seed: number },
  breathe: () => Promise<void>,
): Promise<FullPace> {
  const { lrGroups, microBatch, targets } = program.spec;
  const images = microBatch * accum;
  const batch = {
    ...syntheticBatch(program.spec),
    // The first class is one that every target has.
    labels: new Int32Array(microBatch * targets.length),
    lossScale: images,
    lr: new Float32Array(lrGroups + 1),
  };
  const timed = async (call: () => void): Promise<number> => {
    await breathe();
    const began = performance.now();
    call();
    return (performance.now() - began) / 1000;
  };
  const step = (): Promise<number> =>
    timed(() => void (accum > 1 ? program.trainMicro(batch) : program.trainStep(batch)));
  const apply = (): Promise<number> => (accum > 1 ? timed(() => program.apply(batch)) : Promise.resolve(0));
  program.init(seed);
  const first = await step();
  const firstApply = await apply();
  let [count, sum] = [0, 0];
  do {
    sum += await step();
    count += 1;
  } while (count < MOST_TIMED && sum < ENOUGH_SECONDS);
  const mean = sum / count;
  const seconds = accum * mean + (await apply());
  program.resetOptimizer();
  return { images, firstSeconds: first + (accum - 1) * mean + firstApply, seconds };
}
