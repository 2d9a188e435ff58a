import { expect, it } from 'vitest';
import { recordInto } from '../../../src-main/graph/backend.ts';
import { ConstantPool } from '../../../src-main/graph/constants.ts';
import { Graph } from '../../../src-main/graph/graph.ts';
import { gelu, withStandardOps } from '../../../src-main/graph/ops/index.ts';
import { type Tensor, tf } from '../../../src-main/graph/tf.ts';
import { placeholder } from './record.ts';

const LAYERS = 4;

/** A chain of activations and its gradient. */
function chain(): Graph {
  const graph = new Graph();
  recordInto(graph, new ConstantPool(graph), (backend) => {
    const x = placeholder(graph, backend, 'x', [8, 16]);
    const loss = (x: Tensor): Tensor => {
      let y = x;
      for (let layer = 0; layer < LAYERS; layer++) y = gelu(tf.mul(y, 1 + layer / 10));
      return tf.sum(y);
    };
    backend.reference(tf.grad(loss)(x));
  });
  return graph;
}

/**
 * The peak memory that this saves is not asserted: in a graph this small TensorFlow's optimiser did not merge on every
 * machine, so such a test passed or failed by the weather. What must hold everywhere is that it cannot merge.
 */
it('starts every recomputation from a node that waits for its gradient', () => {
  const { nodes } = withStandardOps(chain);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const waits = (name: string): boolean => {
    const node = byName.get(name.replace(/^\^/, '').split(':')[0]!);
    if (node === undefined || node.op === 'Const') return false;
    if (node.op === 'Identity' && node.inputs.some((input) => input.startsWith('^'))) return true;
    return node.inputs.some(waits);
  };
  const erfs = nodes.filter((node) => node.op === 'Erf');
  expect(erfs).toHaveLength(2 * LAYERS);
  expect(erfs.filter((node) => waits(node.name))).toHaveLength(LAYERS);
});
