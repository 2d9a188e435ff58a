import { z } from 'zod';
import { pictureSizes } from '../picture-address.ts';
import { copySchema } from '../records/dataset.ts';

export const datasetHashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** One picture as `granary://picture/…` names it. */
export const pictureAddressSchema = z.object({
  source: z.string().max(100),
  id: z.string().min(1).max(4096),
  size: z.literal(pictureSizes),
});

/** Most pictures of one `pictures:read`. */
export const MOST_READ = 120;
/** A picture's JPEG; null where it is not there yet; false where it cannot be shown, and its own address tells why. */
export const readPictureSchema = z.union([z.instanceof(Uint8Array), z.null(), z.literal(false)]);
export type ReadPicture = z.infer<typeof readPictureSchema>;

/** Which pictures of a dataset to list; conditions are joined by "and". */
export const pictureFilterSchema = z.object({
  set: z.enum(['train', 'test']).default('train'),
  /** A null label: pictures without one. */
  labels: z
    .array(z.object({ target: z.string(), label: z.string().nullable() }))
    .max(20)
    .default([]),
  /** Part of the id, in any case. */
  search: z.string().max(200).default(''),
  /** Only pictures of this size. */
  size: z.object({ height: z.number(), width: z.number() }).nullable().default(null),
});
export type PictureFilter = z.infer<typeof pictureFilterSchema>;

export const pictureEntrySchema = z.object({
  id: z.string(),
  labels: z.array(z.string().nullable()),
  width: z.number(),
  height: z.number(),
});
export type PictureEntry = z.infer<typeof pictureEntrySchema>;

/** Most entries of one page. */
export const PAGE = 400;
export const picturePageSchema = z.object({
  /** Pictures that the filter lets through, on all pages. */
  total: z.number().int(),
  pictures: z.array(pictureEntrySchema).max(PAGE),
});
export type PicturePage = z.infer<typeof picturePageSchema>;

/** `counts[row][column]`: pictures that have both classes. */
export const crossTableSchema = z.object({
  rows: z.array(z.string()),
  columns: z.array(z.string()),
  counts: z.array(z.array(z.number().int())),
});
export type CrossTable = z.infer<typeof crossTableSchema>;

export const copyGroupsSchema = z.array(z.array(copySchema));
