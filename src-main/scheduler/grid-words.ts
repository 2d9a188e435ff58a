import type { z } from 'zod';
import type { gridBlockSchema, gridSchema } from '../../shared/records/grid.ts';
import type { ratingsBlockSchema, ratingsGridSchema } from '../../shared/records/ratings-grid.ts';

/** How errors speak of a grid of one kind. */
export interface GridWords {
  /** What each key of a block may hold; errors quote it. */
  block: Record<string, string>;
  /** The same of the keys around the blocks. */
  top: Record<string, string>;
  aBlock: string;
  /** Keys whose flag is not simply the key with dashes. */
  flags: Record<string, string>;
}

const pictures: Record<keyof z.infer<typeof gridBlockSchema>, string> = {
  arch: "timm's id of an architecture, or a list of them",
  resize: 'squish, crop or pad, or a list of them',
  size: 'a size such as 128 or 320x240 (height first), or a list of them',
  presize: 'a size such as 192 or 640x480 (height first)',
  padMode: 'zeros, border or reflection',
  epochs: 'a whole number',
  frozenEpochs: 'a whole number',
  batchSize: 'a whole number',
  accum: 'a whole number, or auto',
  lr: 'a number',
  weightDecay: 'a number',
  labelSmoothing: 'a number',
  dropPath: 'a number from 0 to 0.9',
  dropout: 'a number from 0 to 0.9',
  checkpointing: 'true or false',
  precision: 'float32 or bfloat16',
  ttaViews: 'a whole number',
  ttaBeta: 'a number from 0 to 1',
  checkpointMinutes: 'a number of minutes',
  deterministic: 'true or false',
  seed: 'a whole number, or a list of them',
  weights: 'auto, none, the path of a weights file, or a finished run',
  targets: "a list of the dataset's target columns",
  targetWeights: 'a list of numbers above 0, one for each target',
  split: 'the path of a split file',
  holdout: 'true or false',
  augment: 'settings such as {maxRotate: 20}, or null for none',
};
const picturesTop: Record<keyof z.infer<typeof gridSchema>, string> = {
  version: '1',
  kind: 'pictures, or nothing',
  name: 'a text',
  defaults: 'settings for all blocks, such as {epochs: 5}',
  blocks: 'a list of blocks, each with arch and size',
};

const ratings: Record<keyof z.infer<typeof ratingsBlockSchema>, string> = {
  model: 'dot, dot-bias or ncf, or a list of them',
  factors: 'a whole number, or a list of them',
  layers: 'a list of whole numbers such as [100, 50]',
  range: 'auto, none or a pair such as [0, 5.5]',
  intercept: 'none or mean',
  weightDecay: 'a number, or a list of them such as [0.01, 0.1, 1]',
  decay: 'auto, per-rating, decoupled or l2',
  epochs: 'a whole number',
  batchSize: 'a whole number',
  lr: 'a number',
  negatives: 'a whole number',
  optimizer: 'auto, dense or sparse',
  split: 'random, time, leave-one-out, or the path of a ratings file',
  validFraction: 'a number between 0 and 1',
  seed: 'a whole number, or a list of them',
};
const ratingsTop: Record<keyof z.infer<typeof ratingsGridSchema>, string> = {
  version: '1',
  kind: 'ratings',
  name: 'a text',
  defaults: 'settings for all blocks, such as {epochs: 5}',
  blocks: 'a list of blocks, such as {factors: [5, 50], weightDecay: [0.01, 0.1]}',
};

export const picturesWords: GridWords = {
  block: pictures,
  top: picturesTop,
  aBlock: 'a block with arch and size',
  flags: {
    weightDecay: '--wd',
    ttaViews: '--tta',
    targets: '--target',
    targetWeights: '--target-weights',
  },
};

export const ratingsWords: GridWords = {
  block: ratings,
  top: ratingsTop,
  aBlock: 'a block such as {factors: 50}',
  flags: { weightDecay: '--wd' },
};
