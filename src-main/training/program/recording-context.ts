import type { ModelContext, ParameterSpec, StatisticSpec } from '../../models/context.ts';
import type { Tensor } from '../../graph/tf.ts';
import type { RandomInput } from './spec.ts';
import type { Variables } from './variables.ts';

/** Parameters and statistics in the order in which the model first asked for them; shared by all fetches of a program. */
export class ModelVariables {
  readonly parameters = new Map<string, ParameterSpec>();
  readonly statistics = new Map<string, StatisticSpec>();
}

export interface RecordingOptions {
  training: boolean;
  checkpointing: boolean;
  /** Prefix of the names of its placeholders. */
  scope: string;
}

/** What a model runs on while one fetch is recorded: variables for parameters, placeholders for random numbers. */
export class RecordingContext implements ModelContext {
  readonly training: boolean;
  readonly checkpointing: boolean;
  readonly recomputing = false;
  readonly randomInputs: RandomInput[] = [];
  /** Nodes that assign the running statistics. */
  readonly updates: string[] = [];
  readonly #variables: Variables;
  readonly #model: ModelVariables;
  readonly #scope: string;

  constructor(variables: Variables, model: ModelVariables, options: RecordingOptions) {
    this.#variables = variables;
    this.#model = model;
    this.training = options.training;
    this.checkpointing = options.checkpointing;
    this.#scope = options.scope;
  }

  parameter(spec: ParameterSpec): Tensor {
    if (!this.#model.parameters.has(spec.name)) this.#model.parameters.set(spec.name, spec);
    return this.#variables.read(this.#variables.declare(spec.name, spec.shape));
  }

  statistic(spec: StatisticSpec): Tensor {
    if (!this.#model.statistics.has(spec.name)) this.#model.statistics.set(spec.name, spec);
    return this.#variables.read(this.#variables.declare(spec.name, spec.shape));
  }

  updateStatistic(name: string, value: Tensor): void {
    const spec = this.#model.statistics.get(name);
    if (spec === undefined) throw new Error(`The model updates "${name}" without having asked for it.`);
    const variable = this.#variables.declare(name, spec.shape);
    const node = this.#variables.backend.reference(value);
    this.updates.push(this.#variables.update('AssignVariableOp', variable, node));
  }

  random(name: string, shape: readonly number[]): Tensor {
    const input = `${this.#scope}random/${name}`;
    this.randomInputs.push({ name: input, shape });
    return this.#variables.input(input, 'float32', shape);
  }
}
