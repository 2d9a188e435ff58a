import { describe, expect, it } from 'vitest';
import type { SafeTensor } from '../../../../shared/safetensors/index.ts';
import { toCurrentNames } from '../../../../src-main/models/weights/older-names.ts';

const tensor: SafeTensor = { dtype: 'F32', shape: [], data: new Uint8Array(4) };
const renamed = (...names: string[]): string[] => [
  ...toCurrentNames(new Map(names.map((name) => [name, tensor]))).keys(),
];

/** Left: as the networks' authors published them; right: what timm 1.0.31's `checkpoint_filter_fn` makes of it. */
describe('toCurrentNames', () => {
  it('moves Swin’s downsampling to the stage that it leads into, and leaves out what is computed', () => {
    expect(
      renamed(
        'layers.0.blocks.0.attn.relative_position_index',
        'layers.0.blocks.1.attn_mask',
        'layers.0.blocks.0.attn.relative_position_bias_table',
        'layers.0.downsample.reduction.weight',
        'layers.2.downsample.norm.bias',
        'norm.weight',
        'head.weight',
      ),
    ).toEqual([
      'layers.0.blocks.0.attn.relative_position_bias_table',
      'layers.1.downsample.reduction.weight',
      'layers.3.downsample.norm.bias',
      'norm.weight',
      'head.fc.weight',
    ]);
  });

  it('knows ConvNeXt’s and ConvNeXt V2’s own names', () => {
    expect(
      renamed(
        'downsample_layers.0.0.weight',
        'downsample_layers.0.1.bias',
        'downsample_layers.2.1.weight',
        'stages.2.10.dwconv.weight',
        'stages.2.10.pwconv1.weight',
        'stages.2.10.grn.gamma',
        'stages.2.10.grn.beta',
        'stages.0.0.gamma',
        'norm.weight',
        'head.bias',
      ),
    ).toEqual([
      'stem.0.weight',
      'stem.1.bias',
      'stages.2.downsample.1.weight',
      'stages.2.blocks.10.conv_dw.weight',
      'stages.2.blocks.10.mlp.fc1.weight',
      'stages.2.blocks.10.mlp.grn.weight',
      'stages.2.blocks.10.mlp.grn.bias',
      'stages.0.blocks.0.gamma',
      'head.norm.weight',
      'head.fc.bias',
    ]);
  });

  it('knows DeiT III’s layer scale', () => {
    expect(renamed('blocks.0.gamma_1', 'blocks.11.gamma_2', 'head.weight')).toEqual([
      'blocks.0.ls1.gamma',
      'blocks.11.ls2.gamma',
      'head.weight',
    ]);
  });

  it('leaves timm’s names of today as they are', () => {
    const names = ['layers.1.downsample.reduction.weight', 'head.fc.weight', 'stem.0.weight', 'norm.weight'];
    expect(renamed(...names)).toEqual(names);
  });
});
