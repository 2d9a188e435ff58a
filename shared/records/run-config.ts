import { z } from 'zod';
import { imageSizeSchema } from '../image-size.ts';
import { datasetOptionsSchema } from './dataset.ts';
import { precisionSchema } from './precision.ts';

export const resizeMethodSchema = z.enum(['squish', 'crop', 'pad']);
export type ResizeMethod = z.infer<typeof resizeMethodSchema>;
export const padModeSchema = z.enum(['zeros', 'border', 'reflection']);
export type PadMode = z.infer<typeof padModeSchema>;

/** fastai's `aug_transforms` in its own terms; every maximum is the extreme of a uniform range. */
export const augmentSchema = z.object({
  flip: z.boolean().default(true),
  /** Degrees either way. */
  maxRotate: z.number().min(0).max(180).default(10),
  minZoom: z.number().positive().default(1),
  maxZoom: z.number().positive().default(1.1),
  /** Perspective warp: how far corners move, as a share of half the picture. Beyond 0.3 a corner comes near the horizon. */
  maxWarp: z.number().min(0).max(0.3).default(0.2),
  /** Brightness and contrast, 0 to 1. */
  maxLighting: z.number().min(0).max(1).default(0.2),
  /** Probability of each affine transform, and of each lighting transform. */
  pAffine: z.number().min(0).max(1).default(0.75),
  pLighting: z.number().min(0).max(1).default(0.75),
  /** Smallest share of the picture's area that a random crop keeps; 1 switches the random crop off. */
  minScale: z.number().min(0.05).max(1).default(0.75),
});
export type Augment = z.infer<typeof augmentSchema>;

/** How a run draws its validation pictures. `file`: the path of a split file; its content is copied into the run folder. */
export const splitChoiceSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('random'), validFraction: z.number().gt(0).lt(1).default(0.2) }),
  z.object({ type: z.literal('file'), path: z.string() }),
]);

/**
 * Everything that decides a training run. What a user writes is the *input* of this schema (only what differs from the
 * defaults); `runConfigSchema.parse` gives the resolved config that is written to `config.json` before the first step.
 */
export const runConfigSchema = z.object({
  version: z.literal(1).default(1),
  /** Absolute path of the dataset. */
  dataset: z.string(),
  datasetOptions: datasetOptionsSchema.default({}),
  /** timm's id. */
  arch: z.string(),
  /** Training size, reached by batch augmentation. */
  size: imageSizeSchema,
  /** Size of the cached pixels, reached once by the resize method. Default: 1.5 × size, as 192 is to the lesson's 128. */
  presize: imageSizeSchema.optional(),
  resize: resizeMethodSchema.default('squish'),
  padMode: padModeSchema.default('zeros'),
  /** Epochs with all layers, after the frozen ones. */
  epochs: z.number().int().min(0).max(10_000).default(5),
  frozenEpochs: z.number().int().min(0).max(1000).default(1),
  /** Effective batch: micro-batch × accumulation. */
  batchSize: z.number().int().min(1).max(65_536).default(64),
  /** Gradient accumulation: micro-batches per optimizer step. Must divide batchSize. */
  accum: z.number().int().min(1).max(4096).default(1),
  /**
   * `accum` is only the least: right before the run starts the planner raises it (and switches checkpointing on where nothing else
   * helps) until the run fits the memory that is free then. The effective batch stays.
   */
  autoAccum: z.boolean().default(false),
  /** Peak learning rate of the head. */
  lr: z.number().positive().default(2e-3),
  weightDecay: z.number().min(0).default(0.01),
  labelSmoothing: z.number().min(0).max(0.5).default(0),
  /** Highest rate of stochastic depth. Default: what timm builds the architecture with, mostly 0. */
  dropPath: z.number().min(0).max(0.9).optional(),
  /** Dropout before the last layer. Default: what timm builds the architecture with, 0. */
  dropout: z.number().min(0).max(0.9).optional(),
  augment: augmentSchema.prefault({}).nullable(),
  /** Number of augmented views in test-time augmentation; 0 switches it off. */
  ttaViews: z.number().int().min(0).max(64).default(4),
  /** Weight of the plain view in test-time augmentation (fastai's beta). */
  ttaBeta: z.number().min(0).max(1).default(0.25),
  seed: z.number().int().min(0).max(0xffffffff),
  split: splitChoiceSchema.prefault({ type: 'random' }),
  /** Keep the 10 % ensemble hold-out away from training and validation. */
  holdout: z.boolean().default(true),
  /** Names of the targets to train on; empty: the dataset's first target. */
  targets: z.array(z.string()).default([]),
  /** What each target's loss counts in the sum that is minimised, in their order; absent: each 1. */
  targetWeights: z.array(z.number().positive()).min(1).optional(),
  /** auto: timm's pretrained ones of the architecture's tag; none: from scratch; run:<id>: a finished run's; else a file. */
  weights: z.string().default('auto'),
  /** Gradient checkpointing: the backward pass computes each block again, from its input, which is all that is kept of it. */
  checkpointing: z.boolean().default(false),
  precision: precisionSchema.default('float32'),
  /** Minutes between two checkpoints within an epoch; 0: only at the end of each epoch. */
  checkpointMinutes: z.number().min(0).max(1440).default(10),
  /** Ask TensorFlow for kernels that give the same bits each time, also where that is slower. */
  deterministic: z.boolean().default(false),
});
export type RunConfig = z.infer<typeof runConfigSchema>;
/** What a user states: only what differs from the defaults. */
export type RunRequest = Omit<z.input<typeof runConfigSchema>, 'seed'> & { seed?: number };
