import { z } from 'zod';
import { type RatingsConfig, ratingsConfigSchema } from './ratings-run.ts';

const { model, factors, weightDecay, seed } = ratingsConfigSchema.shape;
/** More runs than this are a mistake sooner than a wish. */
export const MOST_SWEEP_RUNS = 500;

/** Recommenders that differ in what is listed: every model × factors × weight decay × seed becomes a run. */
export const ratingsSweepSchema = ratingsConfigSchema
  .omit({ version: true, kind: true, model: true, factors: true, weightDecay: true, seed: true })
  .extend({
    models: z.array(model.unwrap()).min(1).max(3).default(['dot-bias']),
    factors: z.array(factors.unwrap()).min(1).max(50).default([50]),
    weightDecays: z.array(weightDecay.unwrap()).min(1).max(50).default([0.1]),
    seeds: z.array(seed).min(1).max(50),
  })
  .refine((sweep) => sweepSize(sweep) <= MOST_SWEEP_RUNS, {
    message: `a sweep has at most ${MOST_SWEEP_RUNS} runs`,
  });
export type RatingsSweep = z.infer<typeof ratingsSweepSchema>;

interface Lists {
  models: readonly RatingsConfig['model'][];
  factors: readonly number[];
  weightDecays: readonly number[];
  seeds: readonly number[];
}

/** How many runs a sweep makes. */
export function sweepSize({ models, factors: counts, weightDecays, seeds }: Lists): number {
  const sized = models.filter((one) => one !== 'ncf').length * counts.length;
  return (sized + Number(models.includes('ncf'))) * weightDecays.length * seeds.length;
}

/**
 * The runs of a sweep, in the order in which they train. `ncf` sizes its embeddings by rule, so the list of factors makes no
 * copies of it.
 */
export function expandSweep({
  models,
  factors: counts,
  weightDecays,
  seeds,
  ...shared
}: RatingsSweep): RatingsConfig[] {
  return models.flatMap((one) =>
    (one === 'ncf' ? counts.slice(0, 1) : counts).flatMap((count) =>
      weightDecays.flatMap((decay) =>
        seeds.map((drawn) =>
          ratingsConfigSchema.parse({
            ...shared,
            model: one,
            factors: count,
            weightDecay: decay,
            seed: drawn,
          }),
        ),
      ),
    ),
  );
}

/** What people call a ratings run: `dot-bias 50 wd 0.1`. */
export function ratingsRunName({
  model: kind,
  factors: count,
  weightDecay: wd,
  decay,
}: RatingsConfig): string {
  return `${kind}${kind === 'ncf' ? '' : ` ${count}`} ${decay === 'l2' ? 'l2' : 'wd'} ${wd}`;
}
