import { type Tensor, type Tensor2D, type Tensor3D, type Tensor4D, tf } from '../../graph/tf.ts';
import type { Initializer, Model, ModelBuilder, ModelContext } from '../context.ts';
import { attentionBranch } from '../layers/attention.ts';
import { checkpointed } from '../layers/checkpointed.ts';
import { dropPathRates } from '../layers/drop-path.ts';
import { dropout as dropoutOf } from '../layers/dropout.ts';
import { linearOver } from '../layers/linear.ts';
import { mlpBranch } from '../layers/mlp.ts';
import { layerNormalisation } from '../layers/norm.ts';
import { patchEmbedding } from '../layers/patch-embedding.ts';
import { adaptPositions } from '../layers/position-embedding.ts';
import { Scope } from '../layers/scope.ts';

export interface VitConfig {
  /** Side of a patch in pixels. */
  patch: number;
  channels: number;
  depth: number;
  heads: number;
  /** DeiT III: the class token has no position embedding, and layer scale starts at `initialScale`. */
  classPosition: boolean;
  initialScale: number | null;
}

/** Cut at ±2, a hundred standard deviations away: a plain normal distribution. */
const initializer: Initializer = { type: 'normal', std: 0.02 };

/** [n, tokens, c] → its first token [n, 1, c] */
const classToken = (x: Tensor3D): Tensor3D => tf.slice(x, [0, 0, 0], [x.shape[0], 1, x.shape[2]]);

/** The patches with the class token before them and the positions added. */
function embed(pixels: Tensor4D, context: ModelContext, config: VitConfig): Tensor3D {
  const { patch, channels, classPosition } = config;
  const [n, height, width] = pixels.shape;
  const grid = { rows: height / patch, columns: width / patch };
  const prefix = classPosition ? 1 : 0;
  // Neither is decayed, as timm's `no_weight_decay` has it.
  const common = { layout: 'same', decay: false, group: 0 } as const;
  const token: Tensor = context.parameter({
    ...{ name: 'cls_token', shape: [1, 1, channels], initializer: { type: 'normal', std: 1e-6 }, ...common },
  });
  const positions = context.parameter({
    ...{ name: 'pos_embed', shape: [1, prefix + grid.rows * grid.columns, channels], initializer, ...common },
    adapt: adaptPositions(grid, prefix, channels),
  });
  const patches = patchEmbedding(pixels, new Scope(context, 0, 'patch_embed'), { patch, channels });
  // A sum's gradient is summed over the batch; that of tiling would be taken picture by picture.
  const tokens = tf.add(tf.zeros([n, 1, channels]), token);
  const joined = (parts: Tensor[]): Tensor3D => tf.concat(parts as Tensor3D[], 1);
  return classPosition
    ? (tf.add(joined([tokens, patches]), positions) as Tensor3D)
    : joined([tokens, tf.add(patches, positions)]);
}

/**
 * Vision Transformer (Dosovitskiy et al. 2021) and DeiT III (Touvron et al. 2022) with timm 1.0.31's names, read at the class
 * token. Depth groups: the embedding, then each block; the last normalisation goes with the last block. What no output needs is
 * not computed: the last block's MLP and the last normalisation see the class token alone.
 */
export function vit(config: VitConfig): ModelBuilder {
  const { channels, depth, heads, initialScale } = config;
  return ({ classes, dropPath = 0, dropout = 0 }): Model => ({
    backbone(pixels: Tensor4D, context: ModelContext): Tensor2D {
      let x = embed(pixels, context, config);
      dropPathRates(dropPath, depth).forEach((rate, index) => {
        const block = new Scope(context, index + 1, `blocks.${index}`);
        const branch = { initializer, initialScale, dropPath: rate };
        x = checkpointed(x, block, (x, block) => {
          const attended = attentionBranch(x, block, { ...branch, heads });
          return mlpBranch(index === depth - 1 ? classToken(attended) : attended, block, branch);
        });
      });
      const features = layerNormalisation(x, new Scope(context, depth, 'norm'));
      return tf.reshape(features, [pixels.shape[0], channels]);
    },
    head(features: Tensor2D, context: ModelContext): Tensor2D {
      const kept = dropoutOf(features, context, { name: 'head_drop', rate: dropout });
      return linearOver(kept, new Scope(context, 'head', 'head'), { out: classes, initializer });
    },
  });
}

const plain = { classPosition: true, initialScale: null };
const deit3 = { classPosition: false, initialScale: 1e-6 };
const widths = {
  tiny: { channels: 192, depth: 12, heads: 3 },
  small: { channels: 384, depth: 12, heads: 6 },
  base: { channels: 768, depth: 12, heads: 12 },
  large: { channels: 1024, depth: 24, heads: 16 },
};

/** By timm's id. The size in an id is only that of its weights. */
export const vitBuilders: Readonly<Record<string, ModelBuilder>> = {
  vit_tiny_patch16_224: vit({ ...plain, ...widths.tiny, patch: 16 }),
  vit_tiny_patch16_384: vit({ ...plain, ...widths.tiny, patch: 16 }),
  vit_small_patch16_224: vit({ ...plain, ...widths.small, patch: 16 }),
  vit_small_patch16_384: vit({ ...plain, ...widths.small, patch: 16 }),
  vit_small_patch32_224: vit({ ...plain, ...widths.small, patch: 32 }),
  vit_small_patch32_384: vit({ ...plain, ...widths.small, patch: 32 }),
  vit_base_patch16_224: vit({ ...plain, ...widths.base, patch: 16 }),
  vit_base_patch16_384: vit({ ...plain, ...widths.base, patch: 16 }),
  vit_base_patch32_224: vit({ ...plain, ...widths.base, patch: 32 }),
  vit_base_patch32_384: vit({ ...plain, ...widths.base, patch: 32 }),
  vit_large_patch16_224: vit({ ...plain, ...widths.large, patch: 16 }),
  vit_large_patch16_384: vit({ ...plain, ...widths.large, patch: 16 }),
  deit3_small_patch16_224: vit({ ...deit3, ...widths.small, patch: 16 }),
  deit3_base_patch16_224: vit({ ...deit3, ...widths.base, patch: 16 }),
};
