import { type Sides, type WindowPlan, globalAveragePool } from '../../../graph/ops/index.ts';
import { type Tensor2D, type Tensor4D, tf } from '../../../graph/tf.ts';
import type { ModelBuilder, ModelContext } from '../../context.ts';
import { checkpointed } from '../../layers/checkpointed.ts';
import { classifier } from '../../layers/classifier.ts';
import { dropPathRates } from '../../layers/drop-path.ts';
import { patchEmbedding } from '../../layers/patch-embedding.ts';
import { Scope } from '../../layers/scope.ts';
import { normalised } from './norm.ts';
import { initializer } from './relative-position.ts';

/** Side of a patch in pixels, in all of timm's Swin networks. */
const PATCH = 4;
/** timm's default of `drop_path_rate`, which `timm.create_model` leaves as it is. */
const DROP_PATH = 0.1;

export interface SwinConfig {
  /** Channels of the first stage; each further stage has twice as many. */
  channels: number;
  depths: readonly number[];
  heads: readonly number[];
  /** Side of a window in tokens. */
  window: number;
}

/** What one block is told of its place. */
export interface BlockPlace {
  stage: number;
  plan: WindowPlan;
  heads: number;
  /** Rate of stochastic depth. */
  dropPath: number;
}

/** What Swin and SwinV2 do differently. */
export interface SwinStyle {
  block(x: Tensor4D, scope: Scope, place: BlockPlace): Tensor4D;
  /** [n, rows, columns, 4c], four neighbours side by side → [n, rows, columns, 2c] */
  reduce(x: Tensor4D, scope: Scope): Tensor4D;
}

/** A stage's windows on a grid: no larger than it, and every second block's shifted by half, but along an axis that they cover. */
export function windowPlan(grid: Sides, side: number, shifted: boolean): WindowPlan {
  const window = grid.map((tokens) => Math.min(tokens, side)) as [number, number];
  const half = Math.floor(side / 2);
  const shift = grid.map((tokens, axis) => (shifted && tokens > window[axis]! ? half : 0)) as [
    number,
    number,
  ];
  return { grid, window, shift };
}

/** Four neighbours side by side, column by column; an odd row or column gets zeros beside it. */
function neighbours(x: Tensor4D): Tensor4D {
  const [n, height, width, channels] = x.shape;
  const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const even = height % 2 === 0 && width % 2 === 0;
  const filled = even
    ? x
    : tf.pad(x, [
        [0, 0],
        [0, height % 2],
        [0, width % 2],
        [0, 0],
      ]);
  const paired = tf.transpose(tf.reshape(filled, [n * rows, 2, columns, 2, channels]), [0, 2, 3, 1, 4]);
  return tf.reshape(paired, [n, rows, columns, 4 * channels]);
}

/** The patches on their grid, normalised. Pixels beyond the last whole patch are not read, as by PyTorch's convolution. */
function embed(pixels: Tensor4D, context: ModelContext, channels: number): Tensor4D {
  const [n, height, width, colours] = pixels.shape;
  const [rows, columns] = [Math.floor(height / PATCH), Math.floor(width / PATCH)];
  const whole = height === rows * PATCH && width === columns * PATCH;
  const read = whole ? pixels : tf.slice(pixels, [0, 0, 0, 0], [n, rows * PATCH, columns * PATCH, colours]);
  const scope = new Scope(context, 0, 'patch_embed');
  const tokens = normalised(patchEmbedding(read, scope, { patch: PATCH, channels }), scope.in('norm'));
  return tf.reshape(tokens, [n, rows, columns, channels]);
}

/**
 * A hierarchy of stages of windowed attention (Liu et al. 2021, 2022) with timm 1.0.31's names. Depth groups: the embedding, then
 * each block; a stage's merging of patches goes with its first block, the last normalisation with the last one.
 */
export function swinNetwork(config: SwinConfig, style: SwinStyle): ModelBuilder {
  const { channels, depths, heads, window } = config;
  const blocks = depths.reduce((sum, depth) => sum + depth, 0);
  return ({ classes, dropPath = DROP_PATH, dropout }) => ({
    backbone(pixels, context): Tensor2D {
      const rates = dropPathRates(dropPath, blocks);
      let x = embed(pixels, context, channels);
      let group = 0;
      depths.forEach((depth, stage) => {
        const name = `layers.${stage}`;
        if (stage > 0) x = style.reduce(neighbours(x), new Scope(context, group + 1, `${name}.downsample`));
        const grid: Sides = [x.shape[1], x.shape[2]];
        for (let index = 0; index < depth; index += 1) {
          group += 1;
          const plan = windowPlan(grid, window, index % 2 === 1);
          const place = { stage, plan, heads: heads[stage]!, dropPath: rates[group - 1]! };
          const scope = new Scope(context, group, `${name}.blocks.${index}`);
          x = checkpointed(x, scope, (x, scope) => style.block(x, scope, place));
        }
      });
      return globalAveragePool(normalised(x, new Scope(context, blocks, 'norm')));
    },
    head: (features, context) =>
      classifier(features, context, { name: 'head.fc', classes, rate: dropout, initializer }),
  });
}
