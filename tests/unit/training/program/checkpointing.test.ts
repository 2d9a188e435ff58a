import { describe, expect, it } from 'vitest';
import { inputNode, subgraph } from '../../../../src-main/graph/hash.ts';
import type { GraphNode } from '../../../../src-main/graph/graph.ts';
import { relativeError } from '../../graph/record.ts';
import { seeded } from '../../graph/finite-differences.ts';
import { type TinyModel, batchOf, recordTiny, startTiny, tinyModels } from './specs.ts';

const families = Object.keys(tinyModels) as TinyModel[];
/** Random numbers in every block that may have them. */
const drops = { dropPath: 0.3, dropout: 0.2 };

/** Loss and gradients of one micro-batch, and the running statistics after it; random numbers from a seed. */
function trained(family: TinyModel, checkpointing: boolean) {
  const changes = { train: false, accumulate: true, targets: [3], checkpointing, ...drops };
  const program = startTiny(family, changes);
  const { loss } = program.trainMicro({ ...batchOf(program.spec, 4, 1), random: seeded(1) });
  const values = new Map([...program.read()].filter(([name]) => name.includes('running_')));
  const gradients = program.accumulated();
  program.dispose();
  return { loss, gradients, values };
}

/**
 * How many nodes that depend on the pictures are the same as an earlier one, as TensorFlow's common-subexpression elimination
 * sees it: op, attributes, inputs and what they wait for. (Weights multiplied twice may be merged: they are small.)
 */
function mergeable(nodes: readonly GraphNode[]): number {
  const places = new Map<string, number>();
  const known = new Map<string, number>();
  const pictures = new Set<string>();
  let found = 0;
  for (const { name, op, attributes, inputs } of nodes) {
    // Waiting for nothing it is removed before.
    if (op === 'Identity' && inputs.length === 1) {
      places.set(name, places.get(inputNode(inputs[0]!))!);
      if (pictures.has(inputNode(inputs[0]!))) pictures.add(name);
      continue;
    }
    const read = inputs.map((input) => input.replace(inputNode(input), String(places.get(inputNode(input)))));
    const own = op === 'Placeholder' || op === 'VarHandleOp' ? name : '';
    const key = JSON.stringify([op, own, attributes, read]);
    const place = known.get(key) ?? known.size;
    if (name === 'train/pixels' || inputs.some((input) => pictures.has(input.replace(/:\d+$/, '')))) {
      pictures.add(name);
      if (known.has(key)) found += 1;
    }
    known.set(key, place);
    places.set(name, place);
  }
  return found;
}

const unordered = (nodes: readonly GraphNode[]): GraphNode[] =>
  nodes.map((node) => ({ ...node, inputs: node.inputs.filter((input) => !input.startsWith('^')) }));

// One of each kind: with and without random numbers, running statistics, biases computed by a small network.
it.each(['vit', 'convnext', 'swinv2', 'efficientnet'] as const)(
  '%s has the same loss, gradients and running statistics with checkpointing',
  (family) => {
    const [plain, again] = [trained(family, false), trained(family, true)];
    expect(again.loss).toBeCloseTo(plain.loss, 6);
    expect(plain.values.size > 0).toBe(family === 'efficientnet');
    for (const name of plain.values.keys())
      expect(again.values.get(name), name).toEqual(plain.values.get(name));
    for (const [name, values] of plain.gradients)
      expect(relativeError(again.gradients.get(name)!, values, 1e-4), name).toBeLessThan(1e-6);
  },
);

describe.each(families)('%s with checkpointing', (family) => {
  it('computes its blocks again, in nodes that cannot be merged with the first ones', () => {
    const [plain, again] = [false, true].map((checkpointing) =>
      subgraph(recordTiny(family, { checkpointing, ...drops }).graph, 'train'),
    ) as [GraphNode[], GraphNode[]];
    expect(again.length).toBeGreaterThan(1.1 * plain.length);
    expect(mergeable(again)).toBe(mergeable(plain));
    // Without control dependencies they could be.
    expect(mergeable(unordered(again))).toBeGreaterThan(10);
  });
});

it('is not there unless it is asked for', () => {
  expect(recordTiny('vit', { checkpointing: false }).hash).toBe(recordTiny('vit').hash);
  expect(recordTiny('vit', { checkpointing: true }).hash).not.toBe(recordTiny('vit').hash);
});
