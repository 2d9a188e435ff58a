import { z } from 'zod';

/** One class with its probability. */
export const rankedClassSchema = z.object({ label: z.string(), probability: z.number() });

/** What a run or an ensemble says of pictures that it may never have seen. */
export const predictionReportSchema = z.object({
  /** The run's or the ensemble's id. */
  source: z.string(),
  members: z.array(z.object({ run: z.string(), name: z.string(), weight: z.number() })).min(1),
  tta: z.boolean(),
  targets: z.array(z.object({ name: z.string(), classes: z.number().int() })).min(1),
  pictures: z.array(
    z.discriminatedUnion('ok', [
      z.object({
        ok: z.literal(true),
        /** The path that was given, or below the folder that was given. */
        name: z.string(),
        /** Absolute. */
        path: z.string(),
        sha256: z.string(),
        width: z.number(),
        height: z.number(),
        /** Something to know, such as a name that promises another format. */
        note: z.string().nullable(),
        /** For each target its most probable classes, the first first. */
        top: z.array(z.array(rankedClassSchema).min(1)),
      }),
      z.object({ ok: z.literal(false), name: z.string(), path: z.string(), reason: z.string() }),
    ]),
  ),
  seconds: z.number(),
});
export type PredictionReport = z.infer<typeof predictionReportSchema>;
export type PredictedPicture = PredictionReport['pictures'][number];
