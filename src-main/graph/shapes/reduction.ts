import { dataTypes } from '../attributes.ts';
import { type ShapeRule, rules } from './rule.ts';

/** Ops that take axes away. */
export const reductionRules: Record<string, ShapeRule> = {
  ...rules('Sum Mean Prod Max Min Any All', (node) => {
    const { shape, dtype } = node.inputs[0]!;
    const axes = node.values(1).map((axis) => (axis < 0 ? axis + shape.length : axis));
    const keep = node.attribute('keep_dims', false);
    const left = shape.map((side, axis) => (axes.includes(axis) ? (keep ? 1 : null) : side));
    return [{ shape: left.filter((side) => side !== null), dtype }];
  }),
  ...rules('ArgMax ArgMin', (node) => {
    const { shape } = node.inputs[0]!;
    const [axis] = node.values(1) as [number];
    const gone = axis < 0 ? axis + shape.length : axis;
    return [
      {
        shape: shape.filter((_, i) => i !== gone),
        dtype: node.attribute<number>('output_type', dataTypes.int64),
      },
    ];
  }),
  BiasAddGrad: ({ inputs: [dy] }) => [{ shape: [dy!.shape.at(-1)!], dtype: dy!.dtype }],
  SoftmaxCrossEntropyWithLogits: ({ inputs: [logits] }) => [
    { shape: [logits!.shape[0]!], dtype: logits!.dtype },
    logits!,
  ],
};
