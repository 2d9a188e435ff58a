import type { ShapeRule } from './rule.ts';

/** Ops of our own (`native/`). */
export const kernelRules: Record<string, ShapeRule> = {
  GranaryLayerNorm: ({ inputs: [x] }) => {
    const statistic = { shape: [x!.shape[0]!], dtype: x!.dtype };
    return [x!, statistic, statistic];
  },
  GranaryNormalise: ({ inputs: [x] }) => [x!],
  GranaryLayerNormGrad: ({ inputs: [dy, , , , gamma] }) => [dy!, gamma!, gamma!],
  GranaryGelu: ({ inputs: [x] }) => [x!],
  GranaryGeluGrad: ({ inputs: [dy] }) => [dy!],
  GranaryGeluBackward: ({ inputs: [dy, x] }) => [dy!, x!, { shape: [x!.shape[1]!], dtype: x!.dtype }],
  GranaryScaleAdd: ({ inputs: [, branch] }) => [branch!],
  GranaryScaleSum: ({ inputs: [dy, scale] }) => [dy!, scale!],
  GranaryDepthwiseFilterGrad: (node) => {
    const [rows, columns] = [node.attribute<number>('rows'), node.attribute<number>('columns')];
    const x = node.inputs[0]!;
    return [{ shape: [rows, columns, x.shape[3]!, 1], dtype: x.dtype }];
  },
};
