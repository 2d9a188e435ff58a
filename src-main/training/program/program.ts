import { type Feed, type FetchedArray, Session } from '../../graph/session.ts';
import type { ParameterSpec, StatisticSpec } from '../../models/context.ts';
import { type OptimizerSteps, hyperInput, hyperVector, momentNames } from './adamw.ts';
import { gradientNode } from './evaluation-fetches.ts';
import { SEED_INPUT } from './initialise.ts';
import { accumulatorName } from './train-fetches.ts';
import type {
  EvaluationFeeds,
  EvaluationOutput,
  OptimizerFeeds,
  ProgramSpec,
  RandomInput,
  RecordedProgram,
  StepOutput,
  TrainFeeds,
  TrainFetch,
} from './spec.ts';
import { readNode, valueNode } from './variables.ts';

/** What a checkpoint keeps besides weights and statistics. */
export interface OptimizerState {
  steps: OptimizerSteps;
  /** `moment1/<parameter>` and `moment2/<parameter>` */
  moments: Map<string, Float32Array>;
}

type TrainName = 'train' | 'train_micro' | 'train_head' | 'train_head_micro';

/**
 * A recorded program at work: a session with the weights, the running statistics and the optimizer's state in it. Every
 * method is one native call, which blocks. Values go in and out as arrays in TensorFlow's layout, by timm's names.
 */
export class Program {
  readonly recorded: RecordedProgram;
  /** Training steps run so far, each one native call. */
  compiledSteps = 0;
  readonly #session: Session;
  readonly #shapes: ReadonlyMap<string, readonly number[]>;
  #taken: OptimizerSteps = { body: 0, head: 0 };
  #ready = false;

  static load(recorded: RecordedProgram): Program {
    return new Program(recorded);
  }

  private constructor(recorded: RecordedProgram) {
    this.recorded = recorded;
    this.#session = new Session(recorded.savedModel);
    const named: (ParameterSpec | StatisticSpec)[] = [...recorded.parameters, ...recorded.statistics];
    this.#shapes = new Map(named.map(({ name, shape }) => [name, shape]));
  }

  /** Draws all parameters anew and sets the statistics to their start. A seed gives the same weights everywhere. */
  init(seed: number): void {
    const values = Int32Array.of(seed | 0, Math.floor(seed / 2 ** 32) | 0);
    this.#session.run([{ name: SEED_INPUT, shape: [2], values }], ['init']);
  }

  /**
   * Sets parameters and statistics; those not named stay.
   * @throws Error for a name that the network does not have or a value of another size
   */
  load(values: ReadonlyMap<string, Float32Array>): void {
    const isComplete = [...this.#shapes.keys()].every((name) => values.has(name));
    this.#assign('load', this.#shapes, isComplete ? values : new Map([...this.read(), ...values]));
  }

  /** All parameters and statistics. */
  read(): Map<string, Float32Array> {
    return this.#values([...this.#shapes.keys()]);
  }

  /** The optimizer's state, for a checkpoint. */
  readState(): OptimizerState {
    this.#prepare();
    return { steps: { ...this.#taken }, moments: this.#values(this.#momentNames()) };
  }

  loadState({ steps, moments }: OptimizerState): void {
    this.#prepare();
    const shapes = new Map(
      this.recorded.parameters.flatMap(({ name, shape }) =>
        momentNames(name).map((moment) => [moment, shape] as const),
      ),
    );
    this.#assign('load_state', shapes, moments);
    this.#taken = { ...steps };
  }

  /** Forgets moments, steps and accumulated gradients, as a new optimizer would. */
  resetOptimizer(): void {
    this.#session.run([], ['reset']);
    this.#taken = { body: 0, head: 0 };
    this.#ready = true;
  }

  /** Gradients of one batch straight into the optimizer. */
  trainStep(batch: TrainFeeds & OptimizerFeeds): StepOutput {
    const output = this.#train('train', batch, batch);
    this.#taken = { body: this.#taken.body + 1, head: this.#taken.head + 1 };
    return output;
  }

  /** Adds a micro-batch's gradients to those waiting; its loss is divided by the count of the whole window. */
  trainMicro(batch: TrainFeeds): StepOutput {
    return this.#train('train_micro', batch, this.#noRates());
  }

  /** One optimizer step with the gradients that wait. */
  apply(optimizer: OptimizerFeeds): void {
    this.#apply('apply', optimizer);
    this.#taken = { body: this.#taken.body + 1, head: this.#taken.head + 1 };
  }

  /** A step that moves the head only. */
  trainHead(batch: TrainFeeds & OptimizerFeeds): StepOutput {
    const output = this.#train('train_head', batch, batch);
    this.#taken = { ...this.#taken, head: this.#taken.head + 1 };
    return output;
  }

  /** As {@link trainMicro}, for the head's gradients alone. */
  trainHeadMicro(batch: TrainFeeds): StepOutput {
    return this.#train('train_head_micro', batch, this.#noRates());
  }

  /** One optimizer step of the head with its gradients that wait. */
  applyHead(optimizer: OptimizerFeeds): void {
    this.#apply('apply_head', optimizer);
    this.#taken = { ...this.#taken, head: this.#taken.head + 1 };
  }

  /** Logits and losses with running statistics; at most `evalBatch` rows, which are filled up and masked. */
  evaluate({ pixels, transforms, lighting, labels }: EvaluationFeeds): EvaluationOutput {
    const { evalBatch, targets, pixels: size } = this.spec;
    const rows = labels.length / targets.length;
    if (rows > evalBatch) throw new Error(`${rows} rows were given to an evaluation of ${evalBatch}.`);
    const feeds: Feed[] = [
      {
        name: 'eval/pixels',
        shape: [evalBatch, size.height, size.width, 3],
        values: filled(pixels, evalBatch / rows),
      },
      { name: 'eval/transforms', shape: [evalBatch, 8], values: filled(transforms, evalBatch / rows) },
      { name: 'eval/lighting', shape: [evalBatch, 2], values: filled(lighting, evalBatch / rows) },
      { name: 'eval/labels', shape: [evalBatch, targets.length], values: filled(labels, evalBatch / rows) },
    ];
    const [logits, loss] = this.#session.run(feeds, ['eval', 'eval/loss']) as [Float32Array, Float32Array];
    const share = rows / evalBatch;
    return { logits: logits.slice(0, logits.length * share), loss: loss.slice(0, loss.length * share) };
  }

  /** Logits of float input [floatBatch, height, width, 3] that is normalised already; evaluation mode. */
  forward(input: Float32Array): Float32Array {
    return this.#session.run([this.#floatInput(input)], ['forward'])[0] as Float32Array;
  }

  /** Mean cross-entropy of float input, and its gradient with respect to every parameter; evaluation mode. */
  gradients(batch: { input: Float32Array; labels: Int32Array }): {
    loss: number;
    gradients: Map<string, Float32Array>;
  } {
    const shape = [this.spec.floatBatch!, this.spec.targets.length];
    const feeds = [this.#floatInput(batch.input), { name: 'grad/labels', shape, values: batch.labels }];
    const names = this.recorded.parameters.map(({ name }) => name);
    const [loss, ...values] = this.#session.run(feeds, ['grad', ...names.map(gradientNode)]);
    return {
      loss: loss![0]!,
      gradients: new Map(names.map((name, i) => [name, values[i] as Float32Array])),
    };
  }

  /** The gradients that wait for {@link apply}, by parameter. */
  accumulated(): Map<string, Float32Array> {
    this.#prepare();
    const names = this.recorded.parameters.map(({ name }) => name);
    const sums = this.#values(names.map(accumulatorName));
    return new Map(names.map((name) => [name, sums.get(accumulatorName(name))!]));
  }

  /** Frees the session with everything in it. */
  dispose(): void {
    this.#session.dispose();
  }

  get spec(): ProgramSpec {
    return this.recorded.spec;
  }

  /** The optimizer's variables are made at the first training step, so that a program that only evaluates has none. */
  #prepare(): void {
    if (!this.#ready) this.resetOptimizer();
  }

  /** A micro-batch moves nothing. */
  #noRates(): OptimizerFeeds {
    return { lr: new Float32Array(this.spec.lrGroups + 1), beta1: 0, weightDecay: 0 };
  }

  #apply(name: 'apply' | 'apply_head', optimizer: OptimizerFeeds): void {
    this.#prepare();
    const values = hyperVector(this.spec, optimizer, this.#taken, 1);
    this.#session.run([{ name: hyperInput(`${name}/`), shape: [values.length], values }], [name]);
  }

  #train(name: TrainName, batch: TrainFeeds, optimizer: OptimizerFeeds): StepOutput {
    this.#prepare();
    const { microBatch, lastMicroBatch, targets, pixels: size } = this.spec;
    const rows = batch.labels.length / targets.length;
    if (rows !== microBatch && rows !== lastMicroBatch) {
      throw new Error(
        `${rows} rows were given to a step recorded for ${microBatch}${lastMicroBatch === undefined ? '' : ` and ${lastMicroBatch}`}.`,
      );
    }
    const fetch: TrainFetch = rows === microBatch ? name : `${name}_last`;
    const hyper = hyperVector(this.spec, optimizer, this.#taken, batch.lossScale);
    const inputs: [string, readonly number[], Feed['values']][] = [
      ['pixels', [rows, size.height, size.width, 3], batch.pixels],
      ['transforms', [rows, 8], batch.transforms],
      ['lighting', [rows, 2], batch.lighting],
      ['labels', [rows, targets.length], batch.labels],
      ['hyper', [hyper.length], hyper],
    ];
    const feeds = inputs.map(([input, shape, values]): Feed => ({
      name: `${fetch}/${input}`,
      shape,
      values,
    }));
    feeds.push(...drawn(this.recorded.randomInputs[fetch] ?? [], rows, batch.random));
    const [figures] = this.#session.run(feeds, [fetch]) as [FetchedArray];
    this.compiledSteps += 1;
    const part = (index: number): number[] =>
      Array.from(figures.subarray(1 + index * targets.length, 1 + (index + 1) * targets.length));
    return { loss: figures[0]!, losses: part(0), correct: part(1), counts: part(2) };
  }

  #floatInput(values: Float32Array): Feed {
    const { floatBatch, size } = this.spec;
    if (floatBatch === undefined) throw new Error('The program was recorded without float input.');
    return { name: 'grad/input', shape: [floatBatch, size.height, size.width, 3], values };
  }

  #momentNames(): string[] {
    return this.recorded.parameters.flatMap(({ name }) => momentNames(name));
  }

  #values(names: string[]): Map<string, Float32Array> {
    const values = this.#session.run([], names.map(readNode));
    return new Map(names.map((name, i) => [name, values[i] as Float32Array]));
  }

  #assign(
    fetch: 'load' | 'load_state',
    shapes: ReadonlyMap<string, readonly number[]>,
    values: ReadonlyMap<string, Float32Array>,
  ): void {
    for (const name of values.keys()) {
      if (!shapes.has(name)) throw new Error(`"${name}" is not a variable of this program.`);
    }
    const feeds = [...shapes].map(([name, shape]): Feed => {
      const array = values.get(name);
      if (array === undefined || array.length !== shape.reduce((a, b) => a * b, 1)) {
        throw new Error(`"${name}" should be [${shape.join()}] and has ${array?.length ?? 'no'} values.`);
      }
      return { name: valueNode(name), shape, values: array };
    });
    this.#session.run(feeds, [fetch]);
  }
}

/** Random numbers, picture after picture, so that a picture gets the same ones however its window is cut into micro-batches. */
function drawn(inputs: readonly RandomInput[], rows: number, random: () => number): Feed[] {
  const feeds = inputs.map(({ name, shape }) => {
    const each = shape.slice(1).reduce((product, side) => product * side, 1);
    return { name, shape, each, values: new Float32Array(rows * each) };
  });
  for (let row = 0; row < rows; row++)
    for (const { each, values } of feeds)
      for (let i = row * each; i < (row + 1) * each; i++) values[i] = random();
  return feeds;
}

/** The array itself, or lengthened by a factor: zeros, and labels of −1, which mask. */
function filled<T extends Float32Array | Int32Array | Uint8Array>(values: T, factor: number): T {
  if (factor === 1) return values;
  const Constructor = values.constructor as new (length: number) => T;
  const longer = new Constructor(Math.round(values.length * factor));
  if (longer instanceof Int32Array) longer.fill(-1);
  longer.set(values);
  return longer;
}
