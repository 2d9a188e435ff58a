import { type Sides, relu } from '../../../graph/ops/index.ts';
import { type Tensor, type Tensor2D, tf } from '../../../graph/tf.ts';
import type { Initializer } from '../../context.ts';
import type { Scope } from '../../layers/scope.ts';
import { resizeBiasTable } from './resize-bias-table.ts';

/** All weights of Swin's linear layers, and its tables. (timm's cut at ±2 is a hundred standard deviations away.) */
export const initializer: Initializer = { type: 'normal', std: 0.02 };

/** Width of the hidden layer that gives SwinV2's biases. */
const HIDDEN = 512;
/** SwinV2's biases lie between 0 and this. */
const LARGEST_BIAS = 16;

/** Offsets between two places of a window: −(side − 1) to side − 1. */
export const offsets = (side: number): number => 2 * side - 1;

/** 1 where a pair of places of an axis is apart by an offset, [side², 2·side − 1]. Recorded as two small tables. */
function pairOffsets(side: number): Tensor2D {
  const pairs = Array.from(
    { length: side * side },
    (_, pair) => Math.floor(pair / side) - (pair % side) + side - 1,
  );
  const all = Array.from({ length: offsets(side) }, (_, offset) => offset);
  return tf.cast(
    tf.equal(tf.tensor2d(pairs, [pairs.length, 1], 'int32'), tf.tensor1d(all, 'int32')),
    'float32',
  );
}

/**
 * The bias of each pair of a window's tokens, from a table with a row for each offset. Both axes are looked up by a product with
 * zeros and ones: its gradient is one too, where that of gathering adds up number by number.
 * @param table [(2·rows − 1)·(2·columns − 1), heads]
 * @returns [heads, tokens, tokens]
 */
export function biasOfPairs(table: Tensor, [rows, columns]: Sides): Tensor {
  const heads = table.shape.at(-1)!;
  const [down, across] = [offsets(rows), offsets(columns)];
  const byRow = tf.transpose(tf.reshape(table, [down, across, heads]), [0, 2, 1]);
  const paired: Tensor2D = tf.matMul(
    pairOffsets(rows),
    tf.reshape(byRow, [down, heads * across]) as Tensor2D,
  );
  const both = tf.matMul(tf.reshape(paired, [-1, across]) as Tensor2D, pairOffsets(columns), false, true);
  const split = tf.reshape(both, [rows, rows, heads, columns, columns]);
  const tokens = rows * columns;
  return tf.reshape(tf.transpose(split, [2, 0, 3, 1, 4]), [heads, tokens, tokens]);
}

/** Swin's: a learnt number for each offset and head. Not decayed, as timm's `no_weight_decay` has it. */
export function learntBias(attention: Scope, window: Sides, heads: number): Tensor {
  const { context, group } = attention;
  const table = context.parameter({
    name: `${attention.name}.relative_position_bias_table`,
    shape: [offsets(window[0]) * offsets(window[1]), heads],
    layout: 'same',
    initializer,
    decay: false,
    group,
    adapt: resizeBiasTable(window, heads),
  });
  return biasOfPairs(table, window);
}

/** sign(x)·log₂(1 + |8x|)/3 of each offset's share of the window that the weights were learnt with. */
function logOffsets(side: number, learntWith: number): number[] {
  const longest = Math.max((learntWith > 0 ? learntWith : side) - 1, 1);
  return Array.from({ length: offsets(side) }, (_, i) => {
    const offset = (8 * (i - side + 1)) / longest;
    return (Math.sign(offset) * Math.log2(Math.abs(offset) + 1)) / 3;
  });
}

/**
 * SwinV2's: a small network's answer for each offset's logarithm, so that it holds for any window. It lies between 0 and 16.
 * Not decayed, as timm's `no_weight_decay` has it.
 * @param learntWith side of the window that the weights were learnt with first; 0: this one
 */
export function continuousBias(attention: Scope, window: Sides, heads: number, learntWith: number): Tensor {
  const { context, group } = attention;
  const [rows, columns] = window.map((side) => logOffsets(side, learntWith)) as [number[], number[]];
  const places = rows.flatMap((row) => columns.map((column): [number, number] => [row, column]));
  const weight = (name: string, inputs: number, outputs: number): Tensor2D =>
    context.parameter({
      name: `${attention.name}.cpb_mlp.${name}.weight`,
      shape: [inputs, outputs],
      layout: 'linear',
      initializer,
      decay: false,
      group,
    }) as Tensor2D;
  const hidden = tf.matMul(tf.tensor2d(places, [places.length, 2]), weight('0', 2, HIDDEN));
  const active = relu(tf.add(hidden, attention.vector('cpb_mlp.0.bias', HIDDEN, 0)));
  const table = tf.matMul(active as Tensor2D, weight('2', HIDDEN, heads));
  return biasOfPairs(tf.mul(tf.sigmoid(table), LARGEST_BIAS), window);
}
