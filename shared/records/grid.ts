import { z } from 'zod';
import { precisionSchema } from './precision.ts';

/** A setting of a grid: one value, or a list of values to try. More than a thousand would make too many runs in any case. */
export const oneOrMany = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1).max(1000)]);
const sizeText = z.union([z.number().int(), z.string()]);

const augment = z.record(z.string(), z.union([z.number(), z.boolean()])).nullable();

/**
 * One block of a grid: its own product, as the lesson's dictionary gives each architecture its own. Every key takes one value or
 * a list of values, and each combination of them is a run.
 */
export const gridBlockSchema = z.strictObject({
  arch: oneOrMany(z.string()),
  /** Default: squish, unless `defaults` say otherwise (so no zod default here: it would always win). */
  resize: oneOrMany(z.enum(['squish', 'crop', 'pad'])).optional(),
  /** Needed in each block or in `defaults`. */
  size: oneOrMany(sizeText).optional(),
  presize: oneOrMany(sizeText).optional(),
  padMode: oneOrMany(z.enum(['zeros', 'border', 'reflection'])).optional(),
  epochs: oneOrMany(z.number().int()).optional(),
  frozenEpochs: oneOrMany(z.number().int()).optional(),
  batchSize: oneOrMany(z.number().int()).optional(),
  /** `auto`, the default: what fits the memory that is free when the run starts. */
  accum: oneOrMany(z.union([z.number().int(), z.literal('auto')])).optional(),
  lr: oneOrMany(z.number()).optional(),
  weightDecay: oneOrMany(z.number()).optional(),
  labelSmoothing: oneOrMany(z.number()).optional(),
  dropPath: oneOrMany(z.number()).optional(),
  dropout: oneOrMany(z.number()).optional(),
  checkpointing: oneOrMany(z.boolean()).optional(),
  precision: oneOrMany(precisionSchema).optional(),
  ttaViews: oneOrMany(z.number().int()).optional(),
  ttaBeta: oneOrMany(z.number()).optional(),
  weights: oneOrMany(z.string()).optional(),
  /** Columns to train on together; a list of such lists trains each. */
  targets: z.union([z.array(z.string()), z.array(z.array(z.string())).min(1)]).optional(),
  /** What each target's loss counts in the sum; a list of such lists trains with each. */
  targetWeights: z
    .union([z.array(z.number().positive()).min(1), z.array(z.array(z.number().positive()).min(1)).min(1)])
    .optional(),
  /** Path of a split file. */
  split: oneOrMany(z.string()).optional(),
  holdout: oneOrMany(z.boolean()).optional(),
  /** null switches augmentation off. */
  augment: z.union([augment, z.array(augment).min(1)]).optional(),
  checkpointMinutes: z.number().optional(),
  deterministic: z.boolean().optional(),
  /** A list trains each combination once a seed; without it each run draws its own. */
  seed: oneOrMany(z.number().int()).optional(),
});
export type GridBlock = z.infer<typeof gridBlockSchema>;

/** A block with one value a key: one run. */
export type GridRun = {
  [K in Exclude<keyof GridBlock, 'targets' | 'targetWeights'>]: Exclude<GridBlock[K], readonly unknown[]>;
} & { targets?: string[] | undefined; targetWeights?: number[] | undefined };

/** A grid file (YAML or JSON). `defaults` are settings for all blocks; a block's own win. */
export const gridSchema = z
  .strictObject({
    version: z.literal(1).default(1),
    /** Of ratings, the other kind, see ratings-grid.ts. */
    kind: z.literal('pictures').optional(),
    name: z.string().optional(),
    defaults: gridBlockSchema.partial().omit({ arch: true }).optional(),
    blocks: z.array(gridBlockSchema).min(1),
  })
  .superRefine((grid, context) => {
    grid.blocks.forEach((block, index) => {
      if (block.size === undefined && grid.defaults?.size === undefined)
        context.addIssue({ code: 'custom', path: ['blocks', index, 'size'], message: 'There is no size.' });
    });
  });
export type Grid = z.infer<typeof gridSchema>;
