import { ConstantPool } from '../../../src-main/graph/constants.ts';
import { type GraphBackend, recordInto } from '../../../src-main/graph/backend.ts';
import { Graph } from '../../../src-main/graph/graph.ts';
import { encodeSavedModel } from '../../../src-main/graph/saved-model.ts';
import { type FetchedArray, Session } from '../../../src-main/graph/session.ts';
import { dataTypes } from '../../../src-main/graph/attributes.ts';
import { attr } from '../../../src-main/graph/ops/index.ts';
import { type Tensor, tf } from '../../../src-main/graph/tf.ts';

/** Adds a placeholder and gives it as a tensor. */
export function placeholder(
  graph: Graph,
  backend: GraphBackend,
  name: string,
  shape: readonly number[],
  type: 'float32' | 'int32' | 'uint8' = 'float32',
): Tensor {
  const output = { shape, dtype: dataTypes[type] };
  const node = graph.add({
    name,
    op: 'Placeholder',
    inputs: [],
    attributes: { dtype: attr.type(type), shape: attr.shape([...shape]) },
    outputs: [output],
  });
  return backend.symbol(node, output);
}

/** Records a function of tensors as a graph of its own, ready to be run: its inputs are named x0, x1, … */
export function recorded(
  f: (...inputs: Tensor[]) => Tensor[],
  inputs: readonly Tensor[],
): { graph: Graph; shapes: number[][]; run: () => FetchedArray[] } {
  const graph = new Graph();
  const fetches: string[] = [];
  const shapes: number[][] = [];
  recordInto(graph, new ConstantPool(graph), (backend) => {
    const symbols = inputs.map((input, i) => placeholder(graph, backend, `x${i}`, input.shape));
    for (const output of f(...symbols)) {
      fetches.push(backend.reference(output));
      shapes.push(output.shape);
    }
  });
  const run = (): FetchedArray[] => {
    const session = new Session(encodeSavedModel(graph));
    try {
      const feeds = inputs.map((input, i) => ({
        name: `x${i}`,
        shape: input.shape,
        values: input.dataSync() as Float32Array,
      }));
      return session.run(feeds, fetches);
    } finally {
      session.dispose();
    }
  };
  return { graph, shapes, run };
}

/** Norm of the difference, relative to the norm of what is expected, or to that of `floor` in every place. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>, floor = 1e-12): number {
  if (actual.length !== expected.length) return Infinity;
  let [difference, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i]! - expected[i]!) ** 2;
    size += expected[i]! ** 2;
  }
  return Math.sqrt(difference) / Math.max(Math.sqrt(size), floor * Math.sqrt(expected.length));
}

/** Gradients of a weighted sum of f's output, followed by the output itself. */
export function withGradients(f: (...inputs: Tensor[]) => Tensor, weights: Tensor) {
  return (...inputs: Tensor[]): Tensor[] => {
    const loss = (...xs: Tensor[]) => tf.sum(tf.mul(f(...xs), weights));
    return [...tf.grads(loss)(inputs), f(...inputs)];
  };
}
