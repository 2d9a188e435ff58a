import { describe, expect, it } from 'vitest';
import { architectures } from '../../../shared/architectures/index.ts';
import type { Graph } from '../../../src-main/graph/graph.ts';
import { benchmarkSpec } from '../../../src-main/training/program/bench.ts';
import { recordProgram } from '../../../src-main/training/program/index.ts';

const product = (sides: readonly number[]): number => sides.reduce((a, b) => a * b, 1);

/** Multiply-adds of the convolutions and matrix products of a recorded evaluation, counted from the shapes of its nodes. */
function multiplyAdds({ nodes }: Graph): number {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const input = (reference: string): readonly number[] => {
    const [name, output = '0'] = reference.split(':');
    return byName.get(name!)!.outputs[Number(output)]!.shape;
  };
  return nodes.reduce((sum, { op, inputs, outputs, attributes }) => {
    const shape = outputs[0]?.shape ?? [];
    if (op === 'Conv2D') return sum + product(shape) * product(input(inputs[1]!).slice(0, 3));
    if (op === 'DepthwiseConv2dNative') return sum + product(shape) * product(input(inputs[1]!).slice(0, 2));
    if (op !== 'MatMul' && op !== 'BatchMatMulV2') return sum;
    // A product with a column is the mean of a normalisation, which does not count.
    if (shape.at(-1) === 1) return sum;
    const flag = attributes[op === 'MatMul' ? 'transpose_a' : 'adj_x'];
    const transposed = flag !== undefined && 'value' in flag && flag.value === true;
    return sum + product(shape) * input(inputs[0]!).at(transposed ? -2 : -1)!;
  }, 0);
}

describe('GMACs', () => {
  // Transformers are left out: ViT's last block computes the class token alone, Swin reads its bias tables by products.
  const convolutional = architectures.filter(({ family }) =>
    /^(resnet|convnext|efficientnet|mobilenet)/.test(family),
  );

  it.each(convolutional.map((info) => [info.id, info] as const))(
    '%s computes what timm counts',
    (arch, info) => {
      const size = info.defaultSize;
      const spec = { ...benchmarkSpec({ arch, size, batch: 1 }), targets: [1000], train: false };
      const counted = multiplyAdds(recordProgram(spec).graph) / 1e9;
      expect(Math.abs(counted - info.gmacs)).toBeLessThan(0.0006);
    },
  );
});
