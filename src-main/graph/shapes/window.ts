import { dataTypes } from '../attributes.ts';
import type { OutputInfo } from '../graph.ts';
import { type NodeView, type ShapeRule, rules } from './rule.ts';

/** Height and width after a window of `kernel` has gone over NHWC `input`, by the node's strides and padding. */
function windowed(node: NodeView, input: OutputInfo, kernel: readonly number[]): [number, number] {
  const strides = node.attribute<number[]>('strides');
  const dilations = node.attribute<number[]>('dilations', [1, 1, 1, 1]);
  const padding = node.attribute<string>('padding');
  const explicit = node.attribute<number[]>('explicit_paddings', []);
  const along = (axis: 1 | 2): number => {
    const [length, stride] = [input.shape[axis]!, strides[axis]!];
    if (padding === 'SAME') return Math.ceil(length / stride);
    const added = padding === 'EXPLICIT' ? explicit[2 * axis]! + explicit[2 * axis + 1]! : 0;
    const reach = (kernel[axis - 1]! - 1) * dilations[axis]! + 1;
    return Math.floor((length + added - reach) / stride) + 1;
  };
  const sides: [number, number] = [along(1), along(2)];
  if (sides.some((side) => side < 1)) {
    throw new Error(`${node.op}: a picture of [${input.shape.join()}] is smaller than the window.`);
  }
  return sides;
}

/** Convolutions, poolings, batch normalisation and picture transforms; all on NHWC. */
export const windowRules: Record<string, ShapeRule> = {
  ...rules('Conv2D DepthwiseConv2dNative', (node) => {
    const [x, w] = [node.inputs[0]!, node.inputs[1]!.shape];
    const channels = node.op === 'Conv2D' ? w[3]! : w[2]! * w[3]!;
    return [{ shape: [x.shape[0]!, ...windowed(node, x, w), channels], dtype: x.dtype }];
  }),
  ...rules('Conv2DBackpropInput DepthwiseConv2dNativeBackpropInput', (node) => [
    { shape: node.values(0), dtype: node.inputs[2]!.dtype },
  ]),
  ...rules('Conv2DBackpropFilter DepthwiseConv2dNativeBackpropFilter', (node) => [
    { shape: node.values(1), dtype: node.inputs[2]!.dtype },
  ]),
  ...rules('MaxPool AvgPool', (node) => {
    const x = node.inputs[0]!;
    const sides = windowed(node, x, node.attribute<number[]>('ksize').slice(1, 3));
    return [{ shape: [x.shape[0]!, ...sides, x.shape[3]!], dtype: x.dtype }];
  }),
  MaxPoolGrad: ({ inputs: [x] }) => [x!],
  AvgPoolGrad: (node) => [{ shape: node.values(0), dtype: node.inputs[1]!.dtype }],
  FusedBatchNormV3: ({ inputs: [x, scale] }) => {
    // Outputs after the statistics are TensorFlow's own, for its gradient op; the last one's shape is not ours to know.
    const channels = { shape: scale!.shape, dtype: dataTypes.float32 };
    return [x!, channels, channels, channels, channels, { shape: [], dtype: dataTypes.float32 }];
  },
  FusedBatchNormGradV3: ({ inputs: [dy, , scale] }) => {
    const channels = { shape: scale!.shape, dtype: dataTypes.float32 };
    const empty = { shape: [0], dtype: dataTypes.float32 };
    return [dy!, channels, channels, empty, empty];
  },
  ImageProjectiveTransformV3: (node) => {
    const { shape, dtype } = node.inputs[0]!;
    return [{ shape: [shape[0]!, ...node.values(2), shape[3]!], dtype }];
  },
  ResizeBilinear: (node) => {
    const { shape } = node.inputs[0]!;
    return [{ shape: [shape[0]!, ...node.values(1), shape[3]!], dtype: dataTypes.float32 }];
  },
};
