import { z } from 'zod';

const oneOrMany = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)]);
const sizeText = z.union([z.number().int(), z.string()]);

/**
 * One block of a grid: its own product of architectures, resize methods and sizes, as the lesson's dictionary gives each
 * architecture its own. Every other key is a run's setting, the same for all runs of the block.
 */
export const gridBlockSchema = z.strictObject({
  arch: oneOrMany(z.string()),
  /** Default: squish, unless `defaults` say otherwise (so no zod default here: it would always win). */
  resize: oneOrMany(z.enum(['squish', 'crop', 'pad'])).optional(),
  /** Needed in each block or in `defaults`. */
  size: oneOrMany(sizeText).optional(),
  presize: sizeText.optional(),
  padMode: z.enum(['zeros', 'border', 'reflection']).optional(),
  epochs: z.number().int().optional(),
  frozenEpochs: z.number().int().optional(),
  batchSize: z.number().int().optional(),
  accum: z.number().int().optional(),
  lr: z.number().optional(),
  weightDecay: z.number().optional(),
  labelSmoothing: z.number().optional(),
  dropPath: z.number().optional(),
  dropout: z.number().optional(),
  ttaViews: z.number().int().optional(),
  /** A list trains each combination once a seed; without it each run draws its own. */
  seed: oneOrMany(z.number().int()).optional(),
  weights: z.string().optional(),
  /** Columns to train on together. */
  targets: z.array(z.string()).optional(),
  /** What each target's loss counts in the sum. */
  targetWeights: z.array(z.number().positive()).min(1).optional(),
  /** Path of a split file. */
  split: z.string().optional(),
  holdout: z.boolean().optional(),
  /** null switches augmentation off. */
  augment: z
    .record(z.string(), z.union([z.number(), z.boolean()]))
    .nullable()
    .optional(),
});
export type GridBlock = z.infer<typeof gridBlockSchema>;

/** A grid file (YAML or JSON). `defaults` are settings for all blocks; a block's own win. */
export const gridSchema = z
  .strictObject({
    version: z.literal(1).default(1),
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
