import { z } from 'zod';
import { imageSizeSchema } from '../image-size.ts';
import { augmentSchema, padModeSchema, resizeMethodSchema } from './run-config.ts';

/** Which ways of bringing a picture to a network are drawn: every resize method at every size, each with augmented views. */
export const previewSettingsSchema = z.object({
  resize: z.array(resizeMethodSchema).min(1).max(3).default(['squish', 'crop', 'pad']),
  sizes: z.array(imageSizeSchema).min(1).max(8),
  /** As a run's: 1.5 × size where it is not said. */
  presize: imageSizeSchema.optional(),
  padMode: padModeSchema.default('zeros'),
  augment: augmentSchema.prefault({}),
  /** Augmented views of each. */
  views: z.number().int().min(0).max(16).default(5),
  /** The same seed draws the same views for every method and size, so that they can be compared. */
  seed: z.number().int().min(0).max(0xffffffff).default(0),
});
export type PreviewSettings = z.infer<typeof previewSettingsSchema>;

/** Files are names in the folder that was asked for. */
export const previewReportSchema = z.object({
  id: z.string(),
  /** The picture's own size, as it is seen. */
  width: z.number(),
  height: z.number(),
  dest: z.string(),
  pairs: z.array(
    z.object({
      resize: resizeMethodSchema,
      size: imageSizeSchema,
      presize: imageSizeSchema,
      /** What the pixel cache holds. */
      presized: z.string(),
      /** What the network sees when it is judged. */
      plain: z.string(),
      /** What it may see when it learns. */
      views: z.array(z.string()),
    }),
  ),
});
export type PreviewReport = z.infer<typeof previewReportSchema>;
