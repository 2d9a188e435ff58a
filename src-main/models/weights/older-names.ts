import type { SafeTensor } from '../../../shared/safetensors/index.ts';

type Tensors = ReadonlyMap<string, SafeTensor>;

/** What timm kept beside the weights once and computes now. */
const computed = /(^|\.)(relative_position_index|relative_coords_table|attn_mask)$/;

/** One way in which a network's names were written before, and how to tell. */
interface Convention {
  recognises(tensors: Tensors): boolean;
  rename(name: string): string;
}

const conventions: readonly Convention[] = [
  // Swin and Swin V2 of their authors, and of timm before 0.9: a stage ends with its downsampling, where timm begins the next with it.
  {
    recognises: (tensors) => tensors.has('layers.0.downsample.reduction.weight'),
    rename: (name) =>
      name
        .replace(
          /^layers\.(\d+)\.downsample\./,
          (_, stage: string) => `layers.${Number(stage) + 1}.downsample.`,
        )
        .replace(/^head\.(?=weight$|bias$)/, 'head.fc.'),
  },
  // ConvNeXt and ConvNeXt V2 of their authors.
  {
    recognises: (tensors) => tensors.has('downsample_layers.0.0.weight') && !tensors.has('head.norm.weight'),
    rename: (name) =>
      name
        .replace(/^downsample_layers\.0\./, 'stem.')
        .replace(/^downsample_layers\.(\d+)\./, 'stages.$1.downsample.')
        .replace(/^stages\.(\d+)\.(\d+)\./, 'stages.$1.blocks.$2.')
        .replace('.dwconv.', '.conv_dw.')
        .replace('.pwconv', '.mlp.fc')
        .replace('.grn.gamma', '.mlp.grn.weight')
        .replace('.grn.beta', '.mlp.grn.bias')
        .replace(/^head\./, 'head.fc.')
        .replace(/^norm\./, 'head.norm.'),
  },
  // DeiT III of its authors.
  {
    recognises: (tensors) => tensors.has('blocks.0.gamma_1'),
    rename: (name) => name.replace(/\.gamma_([12])$/, '.ls$1.gamma'),
  },
];

/**
 * Tensors under the names that timm gives them now, as its own `checkpoint_filter_fn`s have it; what it computes now is left out.
 * Values and order stay.
 */
export function toCurrentNames(tensors: Tensors): Map<string, SafeTensor> {
  const convention = conventions.find(({ recognises }) => recognises(tensors));
  const kept = [...tensors].filter(([name]) => !computed.test(name));
  return new Map(kept.map(([name, tensor]) => [convention?.rename(name) ?? name, tensor]));
}
