import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ConstantPool } from '../../../src-main/graph/constants.ts';
import { recordInto } from '../../../src-main/graph/backend.ts';
import { Graph } from '../../../src-main/graph/graph.ts';
import { gelu } from '../../../src-main/graph/ops/index.ts';
import { encodeSavedModel } from '../../../src-main/graph/saved-model.ts';
import { Session } from '../../../src-main/graph/session.ts';
import { type Tensor, tf } from '../../../src-main/graph/tf.ts';
import { placeholder } from './record.ts';

const [ROWS, COLUMNS, LAYERS] = [2048, 1024, 12];
/** Of one activation: 8 MiB. */
const MIB = (ROWS * COLUMNS * 4) / 2 ** 20;

/** A chain of activations and its gradient. */
function chain(): [Graph, string] {
  const graph = new Graph();
  let fetch = '';
  recordInto(graph, new ConstantPool(graph), (backend) => {
    const x = placeholder(graph, backend, 'x', [ROWS, COLUMNS]);
    const loss = (x: Tensor): Tensor => {
      let y = x;
      for (let layer = 0; layer < LAYERS; layer++) y = gelu(tf.mul(y, 1 + layer / 10));
      return tf.sum(y);
    };
    fetch = backend.reference(tf.sum(tf.grad(loss)(x)));
  });
  return [graph, fetch];
}

/** Largest resident memory during a run, in MiB (proc(5): writing 5 to clear_refs starts the count anew). */
function peak(graph: Graph, fetch: string): { mib: number; value: number } {
  const session = new Session(encodeSavedModel(graph));
  const values = Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => Math.sin(i));
  const feeds = [{ name: 'x', shape: [ROWS, COLUMNS], values }];
  session.run(feeds, [fetch]);
  writeFileSync('/proc/self/clear_refs', '5');
  const value = session.run(feeds, [fetch])[0]![0]!;
  session.dispose();
  const kib = /VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]!;
  return { mib: Number(kib) / 1024, value };
}

it.runIf(process.platform === 'linux')(
  'is kept apart from the forward pass by its control dependency, and so saves memory',
  () => {
    const [graph, fetch] = chain();
    const apart = peak(graph, fetch);
    const merged = new Graph();
    for (const node of graph.nodes) {
      merged.add({ ...node, inputs: node.inputs.filter((input) => !input.startsWith('^')) });
    }
    const together = peak(merged, fetch);
    // TensorFlow merges the recomputed distribution function with the forward one, and keeps it for every layer.
    expect(together.mib - apart.mib).toBeGreaterThan((LAYERS / 2) * MIB);
    expect(together.value / apart.value).toBeCloseTo(1, 4);
  },
);
