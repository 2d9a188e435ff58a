import { GranaryError } from '../../shared/errors.ts';
import type { Tensor } from '../graph/tf.ts';
import type { ModelContext, ParameterSpec, StatisticSpec } from './context.ts';

export interface EagerValues {
  /** The value of a parameter or statistic, in TensorFlow's layout. It stays the caller's, who disposes of it. */
  valueOf(spec: ParameterSpec | StatisticSpec): Tensor;
  /** Uniform in [0, 1). Without it a model that asks for random numbers is an error. */
  random?(name: string, shape: readonly number[]): Tensor;
}

/** Runs a model op by op, for tests: the compiled step and timm are compared with it. */
export class EagerContext implements ModelContext {
  readonly training: boolean;
  readonly checkpointing: boolean;
  readonly recomputing = false;
  /** Everything that the model asked for, in its order, and the tensors that it got. */
  readonly parameters = new Map<ParameterSpec, Tensor>();
  readonly statistics = new Map<StatisticSpec, Tensor>();
  /** In training: the running statistics after this step. */
  readonly updates = new Map<string, Tensor>();
  readonly #values: EagerValues;
  readonly #byName = new Map<string, Tensor>();

  constructor(training: boolean, values: EagerValues, checkpointing = false) {
    this.training = training;
    this.checkpointing = checkpointing;
    this.#values = values;
  }

  parameter(spec: ParameterSpec): Tensor {
    return this.#value(spec, this.parameters);
  }

  statistic(spec: StatisticSpec): Tensor {
    return this.#value(spec, this.statistics);
  }

  updateStatistic(name: string, value: Tensor): void {
    this.updates.set(name, value);
  }

  random(name: string, shape: readonly number[]): Tensor {
    if (this.#values.random === undefined)
      throw new Error(`The model asks for random numbers ("${name}") and no source was given.`);
    return this.#values.random(name, shape);
  }

  #value<Spec extends ParameterSpec | StatisticSpec>(spec: Spec, asked: Map<Spec, Tensor>): Tensor {
    const known = this.#byName.get(spec.name);
    if (known !== undefined) return known;
    const value = this.#values.valueOf(spec);
    if (value.shape.join() !== spec.shape.join())
      throw new GranaryError(
        'WEIGHTS_MISMATCH',
        `"${spec.name}" should have the shape [${spec.shape.join(', ')}] and has [${value.shape.join(', ')}].`,
      );
    asked.set(spec, value);
    this.#byName.set(spec.name, value);
    return value;
  }
}
