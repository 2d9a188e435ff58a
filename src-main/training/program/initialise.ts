import { attr, dataTypes } from '../../graph/attributes.ts';
import type { Initializer, ParameterSpec, StatisticSpec } from '../../models/context.ts';
import type { Variables } from './variables.ts';

/** Name of the placeholder for the seed: two int32 numbers. */
export const SEED_INPUT = 'init/seed';

/**
 * Adds the fetch `init`: every parameter drawn by its initializer, every statistic at its start. Random numbers come from
 * TensorFlow's stateless (counter-based) generators, so that a seed gives the same weights on any number of threads; each
 * parameter has a stream of its own.
 */
export function addInit(
  variables: Variables,
  parameters: Iterable<ParameterSpec>,
  statistics: Iterable<StatisticSpec>,
): void {
  const { graph, constants } = variables;
  graph.scope = 'init/';
  const seed = variables.placeholder(SEED_INPUT, 'int32', [2]);
  const done: string[] = [];
  let stream = 0;
  for (const { name, shape, initializer } of parameters) {
    stream += 1;
    const value = isRandom(initializer)
      ? randomValue(variables, initializer, shape, seed, stream)
      : constants.fill(constantOf(initializer), shape);
    done.push(variables.update('AssignVariableOp', variables.declare(name, shape), value));
  }
  for (const { name, shape, initial } of statistics) {
    const value = constants.fill(initial, shape);
    done.push(variables.update('AssignVariableOp', variables.declare(name, shape), value));
  }
  variables.fetch('init', constants.scalar(1), done);
}

type RandomInitializer = Extract<Initializer, { type: 'normal' | 'truncated-normal' | 'uniform' }>;

function isRandom(initializer: Initializer): initializer is RandomInitializer {
  return ['normal', 'truncated-normal', 'uniform'].includes(initializer.type);
}

function constantOf(initializer: Exclude<Initializer, RandomInitializer>): number {
  if (initializer.type === 'constant') return initializer.value;
  return initializer.type === 'ones' ? 1 : 0;
}

const generators = {
  normal: 'StatelessRandomNormal',
  'truncated-normal': 'StatelessTruncatedNormal',
  uniform: 'StatelessRandomUniform',
} as const;

function randomValue(
  { graph, constants }: Variables,
  initializer: RandomInitializer,
  shape: readonly number[],
  seed: string,
  stream: number,
): string {
  const output = { shape, dtype: dataTypes.float32 };
  const binary = (op: string, a: string, b: string): string =>
    graph.add({ op, inputs: [a, b], attributes: { T: attr.type('float32') }, outputs: [output] });
  const ownSeed = graph.add({
    op: 'AddV2',
    inputs: [seed, constants.add(Int32Array.of(0, stream), { shape: [2], dtype: dataTypes.int32 })],
    attributes: { T: attr.type('int32') },
    outputs: [{ shape: [2], dtype: dataTypes.int32 }],
  });
  const drawn = graph.add({
    op: generators[initializer.type],
    inputs: [constants.shape(shape), ownSeed],
    attributes: { dtype: attr.type('float32'), T: attr.type('int32'), Tseed: attr.type('int32') },
    outputs: [output],
  });
  if (initializer.type !== 'uniform') return binary('Mul', drawn, constants.scalar(initializer.std));
  // From [0, 1) to [−bound, bound).
  const wide = binary('Mul', drawn, constants.scalar(2 * initializer.bound));
  return binary('Sub', wide, constants.scalar(initializer.bound));
}
