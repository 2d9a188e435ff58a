import { describe, expect, it } from 'vitest';
import { architectures } from '../../../shared/architectures/index.ts';
import type { Graph } from '../../../src-main/graph/graph.ts';
import { benchmarkSpec } from '../../../src-main/training/program/bench.ts';
import { type RecordedProgram, recordProgram } from '../../../src-main/training/program/index.ts';

const product = (sides: readonly number[]): number => sides.reduce((a, b) => a * b, 1);

/** Hidden width of the small network that gives Swin V2 its position biases; it reads two coordinates. */
const BIAS_INNER: readonly number[] = [2, 512];

/**
 * Multiply-adds of the convolutions and matrix products of a recorded evaluation, counted from the shapes of its nodes.
 * `ofPixels`: those that a picture's pixels go through; `ofBiases`: Swin V2's bias networks, which see no picture but which timm runs at
 * each step. What else sees no picture (tables that are read by a product) is bookkeeping and not counted.
 */
function multiplyAdds({ nodes }: Graph): { ofPixels: number; ofBiases: number } {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const input = (reference: string): readonly number[] => {
    const [name, output = '0'] = reference.split(':');
    return byName.get(name!)!.outputs[Number(output)]!.shape;
  };
  const known = new Map<string, boolean>();
  const seesPixels = (reference: string): boolean => {
    const name = reference.replace(/^\^/, '').split(':')[0]!;
    const before = known.get(name);
    if (before !== undefined) return before;
    const { op, inputs } = byName.get(name)!;
    const sees = op === 'Placeholder' || inputs.some(seesPixels);
    known.set(name, sees);
    return sees;
  };
  let [ofPixels, ofBiases] = [0, 0];
  for (const { name, op, inputs, outputs, attributes } of nodes) {
    const shape = outputs[0]?.shape ?? [];
    if (op === 'Conv2D') ofPixels += product(shape) * product(input(inputs[1]!).slice(0, 3));
    if (op === 'DepthwiseConv2dNative') ofPixels += product(shape) * product(input(inputs[1]!).slice(0, 2));
    if (op !== 'MatMul' && op !== 'BatchMatMulV2') continue;
    // A product with a column is the mean of a normalisation, which does not count.
    if (shape.at(-1) === 1) continue;
    const flag = attributes[op === 'MatMul' ? 'transpose_a' : 'adj_x'];
    const transposed = flag !== undefined && 'value' in flag && flag.value === true;
    const inner = input(inputs[0]!).at(transposed ? -2 : -1)!;
    if (seesPixels(name)) ofPixels += product(shape) * inner;
    else if (BIAS_INNER.includes(inner)) ofBiases += product(shape) * inner;
  }
  return { ofPixels, ofBiases };
}

/** What timm computes in ViT's last block and nobody reads: the MLP, four times as wide, of all tokens but the class token. */
function unreadByVit({ parameters }: RecordedProgram): number {
  const [, , channels] = parameters.find(({ name }) => name === 'cls_token')!.shape as [1, 1, number];
  const [, positions] = parameters.find(({ name }) => name === 'pos_embed')!.shape as [1, number, number];
  const patches = parameters.some(({ name }) => name === 'blocks.0.ls1.gamma') ? positions : positions - 1;
  return patches * 8 * channels ** 2;
}

describe('GMACs', () => {
  it.each(architectures.map((info) => [info.id, info] as const))(
    '%s computes what timm counts',
    (arch, info) => {
      const spec = {
        ...benchmarkSpec({ arch, size: info.defaultSize, batch: 1 }),
        targets: [1000],
        train: false,
      };
      const recorded = recordProgram(spec);
      const { ofPixels, ofBiases } = multiplyAdds(recorded.graph);
      const unread = /^(vit|deit3)$/.test(info.family) ? unreadByVit(recorded) : 0;
      expect(ofBiases > 0).toBe(info.family === 'swinv2');
      expect(Math.abs((ofPixels + ofBiases + unread) / 1e9 - info.gmacs)).toBeLessThan(0.0006);
    },
  );
});
