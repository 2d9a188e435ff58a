import { attr, dataTypes } from '../../graph/attributes.ts';
import type { ParameterSpec } from '../../models/context.ts';
import type { OptimizerFeeds, ProgramSpec } from './spec.ts';
import type { Variable, Variables } from './variables.ts';

/** Optimizer steps taken by the body and by the head: a frozen epoch moves the head alone. */
export interface OptimizerSteps {
  body: number;
  head: number;
}

/** Where each number lies in the vector that is fed to a training step. */
class HyperLayout {
  readonly #groups: number;

  constructor(lrGroups: number) {
    this.#groups = lrGroups + 1;
  }

  stepSize = (group: number): number => group;
  decay = (group: number): number => this.#groups + group;
  get beta1(): number {
    return 2 * this.#groups;
  }
  epsilon = (group: number): number => this.beta1 + (group === this.#groups - 1 ? 2 : 1);
  get lossFactor(): number {
    return this.beta1 + 3;
  }
  get length(): number {
    return this.beta1 + 4;
  }
}

/**
 * The vector that is fed for the *next* optimizer step. Everything that depends on the step's number is worked out here in
 * double precision: bias correction is 1 − β^t with the β1 of this step, as PyTorch and fastai have it when momentum is
 * cycled, and it is taken into step size and epsilon, so that ResourceApplyAdam's own correction is given nothing to do and
 * its epsilon means what PyTorch's does (added to the corrected root, not the raw one).
 */
export function hyperVector(
  { lrGroups, optimizer }: ProgramSpec,
  { lr, beta1, weightDecay }: OptimizerFeeds,
  taken: OptimizerSteps,
  lossScale: number,
): Float32Array {
  const layout = new HyperLayout(lrGroups);
  const vector = new Float32Array(layout.length);
  if (lr.length !== lrGroups + 1) {
    throw new Error(`${lr.length} learning rates were given, and there are ${lrGroups + 1} groups.`);
  }
  lr.forEach((rate, group) => {
    const step = (group === lrGroups ? taken.head : taken.body) + 1;
    const root = Math.sqrt(1 - optimizer.beta2 ** step);
    vector[layout.stepSize(group)] = (rate * root) / (1 - beta1 ** step);
    vector[layout.epsilon(group)] = optimizer.epsilon * root;
    vector[layout.decay(group)] = rate * weightDecay;
  });
  vector[layout.beta1] = beta1;
  vector[layout.lossFactor] = 1 / lossScale;
  return vector;
}

/** The scalars of one training fetch, each a node output. */
export class Hyper {
  readonly #layout: HyperLayout;
  readonly #unpacked: string;

  /** Adds the placeholder `<scope>hyper` and takes it apart. */
  constructor(variables: Variables, scope: string, lrGroups: number) {
    this.#layout = new HyperLayout(lrGroups);
    const { length } = this.#layout;
    const scalar = { shape: [], dtype: dataTypes.float32 };
    this.#unpacked = variables.graph.add({
      op: 'Unpack',
      inputs: [variables.placeholder(hyperInput(scope), 'float32', [length])],
      attributes: { num: attr.int(length), T: attr.type('float32'), axis: attr.int(0) },
      outputs: Array.from({ length }, () => scalar),
    });
  }

  #at(place: number): string {
    return place === 0 ? this.#unpacked : `${this.#unpacked}:${place}`;
  }

  stepSize = (group: number): string => this.#at(this.#layout.stepSize(group));
  decay = (group: number): string => this.#at(this.#layout.decay(group));
  epsilon = (group: number): string => this.#at(this.#layout.epsilon(group));
  get beta1(): string {
    return this.#at(this.#layout.beta1);
  }
  get lossFactor(): string {
    return this.#at(this.#layout.lossFactor);
  }
}

export const hyperInput = (scope: string): string => `${scope}hyper`;

/** The two moments of a parameter. */
export const momentNames = (parameter: string): [string, string] => [
  `moment1/${parameter}`,
  `moment2/${parameter}`,
];

/** What one step of Adam is fed, as node outputs; its correction is in the step size and epsilon (`hyperVector`). */
interface AdamInputs {
  stepSize: string;
  beta1: string;
  epsilon: string;
  gradient: string;
}

/**
 * One parameter's step of Adam without decay, as one fused op.
 * @returns the parameter, and the node to wait for
 */
export function addAdam(
  variables: Variables,
  { name, shape }: Pick<ParameterSpec, 'name' | 'shape'>,
  { stepSize, beta1, epsilon, gradient }: AdamInputs,
  beta2: number,
): { variable: Variable; adam: string } {
  const { graph, constants } = variables;
  const variable = variables.declare(name, shape);
  const [first, second] = momentNames(name).map((moment): Variable => variables.declare(moment, shape)) as [
    Variable,
    Variable,
  ];
  const adam = graph.add({
    op: 'ResourceApplyAdam',
    inputs: [
      variable.handle,
      first.handle,
      second.handle,
      // β1^t and β2^t: 0, because the correction is in the step size.
      constants.scalar(0),
      constants.scalar(0),
      stepSize,
      beta1,
      constants.scalar(beta2),
      epsilon,
      gradient,
    ],
    attributes: {
      T: attr.type('float32'),
      use_locking: attr.bool(false),
      use_nesterov: attr.bool(false),
    },
    outputs: [],
  });
  return { variable, adam };
}

/**
 * One parameter's AdamW update (Loshchilov and Hutter 2017): decay with the learning rate, decoupled from the gradient, then
 * Adam as one fused op.
 * @param gradient node output
 * @returns the node to wait for
 */
export function addAdamW(
  variables: Variables,
  parameter: ParameterSpec,
  gradient: string,
  group: number,
  hyper: Hyper,
  beta2: number,
): string {
  const { graph, backend } = variables;
  const fed = { stepSize: hyper.stepSize(group), beta1: hyper.beta1, epsilon: hyper.epsilon(group) };
  const { variable, adam } = addAdam(variables, parameter, { ...fed, gradient }, beta2);
  if (!parameter.decay) return adam;
  const before = backend.reference(variables.read(variable));
  const decay = graph.add({
    op: 'Mul',
    inputs: [before, hyper.decay(group), `^${gradient.split(':')[0]}`],
    attributes: { T: attr.type('float32') },
    outputs: [{ shape: parameter.shape, dtype: dataTypes.float32 }],
  });
  // Adam's part does not depend on the weight itself, so the order of the two subtractions is free.
  return variables.update('AssignSubVariableOp', variable, decay, [adam]);
}
