import { recompute } from '../../graph/ops/index.ts';
import type { Tensor } from '../../graph/tf.ts';
import type { ModelContext, ParameterSpec, StatisticSpec } from '../context.ts';
import { Scope } from './scope.ts';

/** Notes which tensors a block gets from its context, so that it can be given the same ones again. */
class NotingContext implements ModelContext {
  readonly checkpointing = false;
  readonly recomputing = false;
  readonly parameters = new Map<string, Tensor>();
  /** Running statistics and random numbers: constants to gradients. */
  readonly fixed = new Map<string, Tensor>();
  readonly #context: ModelContext;

  constructor(context: ModelContext) {
    this.#context = context;
  }

  get training(): boolean {
    return this.#context.training;
  }

  parameter(spec: ParameterSpec): Tensor {
    return noted(this.parameters, spec.name, () => this.#context.parameter(spec));
  }

  statistic(spec: StatisticSpec): Tensor {
    return noted(this.fixed, spec.name, () => this.#context.statistic(spec));
  }

  updateStatistic(name: string, value: Tensor): void {
    this.#context.updateStatistic(name, value);
  }

  random(name: string, shape: readonly number[]): Tensor {
    return noted(this.fixed, name, () => this.#context.random(name, shape));
  }
}

function noted(known: Map<string, Tensor>, name: string, ask: () => Tensor): Tensor {
  const tensor = known.get(name) ?? ask();
  known.set(name, tensor);
  return tensor;
}

/** Gives a block what it got the first time. Statistics have been updated then, and are not again. */
class RepeatingContext implements ModelContext {
  readonly checkpointing = false;
  readonly recomputing = true;
  readonly training: boolean;
  readonly #given: ReadonlyMap<string, Tensor>;

  constructor(training: boolean, given: ReadonlyMap<string, Tensor>) {
    this.training = training;
    this.#given = given;
  }

  parameter = ({ name }: ParameterSpec): Tensor => this.#given.get(name)!;
  statistic = ({ name }: StatisticSpec): Tensor => this.#given.get(name)!;
  random = (name: string): Tensor => this.#given.get(name)!;
  updateStatistic = (): void => undefined;
}

/**
 * A block of a network. With checkpointing only its input is kept for the backward pass, which computes the block again, from the
 * same parameters and the same random numbers; else it is `block(x, scope)` itself, and nothing else is recorded.
 */
export function checkpointed<T extends Tensor, Result extends Tensor = T>(
  x: T,
  scope: Scope,
  block: (x: T, scope: Scope) => Result,
): Result {
  const { context, group, name } = scope;
  if (!context.checkpointing) return block(x, scope);
  const noting = new NotingContext(context);
  const value = block(x, new Scope(noting, group, name));
  const names = [...noting.parameters.keys(), ...noting.fixed.keys()];
  const inputs = [x, ...noting.parameters.values(), ...noting.fixed.values()];
  return recompute(value, inputs, 1 + noting.parameters.size, (again, ...tensors) => {
    const given = new Map(names.map((name, i) => [name, tensors[i]!]));
    return block(again as T, new Scope(new RepeatingContext(context.training, given), group, name));
  });
}
