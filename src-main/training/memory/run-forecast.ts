import { MemorySession } from '../../graph/memory/session.ts';
import { type Steps, stepsOf, without } from '../../graph/memory/steps.ts';
import { MemoryWalk, type Trace } from '../../graph/memory/walk.ts';
import { wiringOf } from '../../graph/memory/wiring.ts';
import { evaluationBatch } from '../evaluation-batch.ts';
import type { RecordedGraph } from '../program/spec.ts';
import { accumulatorName } from '../program/train-fetches.ts';

/** A prime that divides no dimension of a network, so that whatever it divides in a recording grows with the batch. */
export const RECORDED_BATCH = 8191;

/** Steps until what the allocator keeps grows hardly any more. */
const STEPS = 3;

/** What a run computes, in the order of TensorFlow's executor. `plainReset`: of a run without sums of gradients. */
type Fetches = Record<'init' | 'reset' | 'plainReset' | 'train' | 'micro' | 'apply' | 'evaluation', Steps>;

/** Reads a run's fetches off a recording of {@link RECORDED_BATCH} pictures. */
export function fetchesOf({ graph, parameters }: RecordedGraph): Fetches {
  const wiring = wiringOf(graph, RECORDED_BATCH);
  const of = (fetch: string): Steps => stepsOf(wiring, fetch);
  const reset = of('reset');
  const sums = new Set(parameters.map(({ name }) => `variable/${accumulatorName(name)}`));
  return {
    ...{ init: of('init'), reset, plainReset: without(reset, sums) },
    ...{ train: of('train'), micro: of('train_micro'), apply: of('apply'), evaluation: of('eval') },
  };
}

/** A run's fetches, walked. */
interface Walked {
  /** Right before the first step: the same for any batch. */
  begun: MemorySession;
  steps: readonly Trace[];
  evaluation: Trace;
}

/** The memory of a run for any batch: its fetches are walked once, and what they take and give back is played for each batch. */
export class RunForecast {
  readonly #plain: Walked;
  readonly #accumulating: Walked;

  constructor({ init, reset, plainReset, train, micro, apply, evaluation }: Fetches) {
    const first = new MemoryWalk();
    const begun = new MemorySession();
    begun.run(first.trace(init), 1);
    const walk = (prepare: Steps, step: (i: number) => Steps[]): Walked => {
      const own = first.copy();
      const session = begun.copy();
      session.run(own.trace(prepare), 1);
      const steps = Array.from({ length: STEPS }, (_, i) => step(i)).flat();
      const traces = steps.map((fetch) => own.trace(fetch));
      return { begun: session, steps: traces, evaluation: own.trace(evaluation) };
    };
    this.#plain = walk(plainReset, () => [train]);
    this.#accumulating = walk(reset, (i) => (i % 2 === 1 ? [micro, apply] : [micro]));
  }

  /** A run from its first weights over some steps and an evaluation, in bytes. `resident`: what stays between two steps. */
  peak(
    microBatch: number,
    accumulate: boolean,
    evaluates = true,
  ): { touched: number; mostLive: number; resident: number } {
    const { begun, steps, evaluation } = accumulate ? this.#accumulating : this.#plain;
    const session = begun.copy();
    const resident = session.pool.live;
    for (const step of steps) session.run(step, microBatch);
    if (evaluates) session.run(evaluation, evaluationBatch(microBatch));
    return { touched: session.pool.touched, mostLive: session.mostLive, resident };
  }
}
