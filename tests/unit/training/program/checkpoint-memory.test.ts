import { expect, it } from 'vitest';
import { Graph } from '../../../../src-main/graph/graph.ts';
import { encodeSavedModel } from '../../../../src-main/graph/saved-model.ts';
import { vit } from '../../../../src-main/models/families/vit.ts';
import { Program, type RecordedProgram, recordProgram } from '../../../../src-main/training/program/index.ts';
import { batchOf, optimizer, smallSpec, stemApart } from './specs.ts';

/** Deep and wide enough that activations are what a step's memory goes into: 145 tokens of 64 channels, 16 pictures, 6 blocks. */
function record(checkpointing: boolean): RecordedProgram {
  const size = { height: 96, width: 96 };
  const changes = { checkpointing, size, pixels: size, microBatch: 16, targets: [3] };
  const deep = { patch: 8, channels: 64, depth: 6, heads: 4, classPosition: true, initialScale: null };
  return recordProgram(smallSpec('vit', changes), stemApart, vit(deep));
}

/** The same without the control dependencies that hold recomputation back. */
function unordered(recorded: RecordedProgram): RecordedProgram {
  const graph = new Graph();
  for (const { inputs, ...node } of recorded.graph.nodes) {
    const holds = node.op === 'Identity' && node.name.startsWith('train/');
    graph.add({ ...node, inputs: holds ? inputs.filter((input) => !input.startsWith('^')) : inputs });
  }
  return { ...recorded, graph, savedModel: encodeSavedModel(graph) };
}

/** Trains a little; TensorFlow never gives memory back, so that resident memory grows by what no program before it needed. */
function growth(recorded: RecordedProgram): number {
  const before = process.memoryUsage.rss();
  const program = Program.load(recorded);
  program.init(1);
  for (let step = 0; step < 3; step++) program.trainStep({ ...batchOf(program.spec, 16, 1), ...optimizer() });
  program.dispose();
  return (process.memoryUsage.rss() - before) / 2 ** 20;
}

it('keeps less with checkpointing, and only because recomputation waits', { timeout: 120_000 }, () => {
  const checkpointed = record(true);
  // Starting up, and all that checkpointing needs.
  growth(checkpointed);
  const again = growth(checkpointed);
  // Merged with the first computation, or run right after it: either way all of it is kept after all.
  expect(growth(unordered(checkpointed))).toBeGreaterThan(again + 35);
  // As much as without checkpointing.
  expect(growth(record(false))).toBeLessThan(again + 35);
});
