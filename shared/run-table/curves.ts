import { z } from 'zod';
import type { EpochLog, RunSummary } from '../records/run-record.ts';

/** One number an epoch. Typed arrays: they cross to the window as they are, and need no look at each number. */
const columnSchema = z.custom<Float64Array>((value) => value instanceof Float64Array);

/** A run's figures over its epochs, in columns: what charts of several runs are drawn from. */
export const runCurvesSchema = z.object({
  run: z.string(),
  epoch: columnSchema,
  /** Optimizer steps so far. */
  step: columnSchema,
  /** Seconds of training and validating so far. */
  seconds: columnSchema,
  /** When each epoch ended, milliseconds since 1970. */
  time: columnSchema,
  lr: columnSchema,
  imagesPerSecond: columnSchema,
  peakRssMb: columnSchema,
  /** By figure id (figures.ts), NaN where an epoch lacks it. */
  targets: z.array(z.object({ target: z.string(), series: z.record(z.string(), columnSchema) })),
});
export type RunCurves = z.infer<typeof runCurvesSchema>;

/** The curves of a run's epochs. */
export function curvesOf(run: Pick<RunSummary, 'id' | 'epochs'>): RunCurves {
  const { epochs } = run;
  let spent = 0;
  const column = (read: (log: EpochLog) => number): Float64Array => Float64Array.from(epochs, read);
  const names = epochs[0]?.targets.map(({ name }) => name) ?? [];
  return {
    run: run.id,
    epoch: column(({ epoch }) => epoch),
    step: column(({ step }) => step),
    seconds: column(({ trainSeconds, validSeconds }) => (spent += trainSeconds + validSeconds)),
    time: column(({ time }) => Date.parse(time)),
    lr: column(({ lr }) => lr),
    imagesPerSecond: column(({ imagesPerSecond }) => imagesPerSecond),
    peakRssMb: column(({ peakRssMb }) => peakRssMb),
    targets: names.map((target) => {
      const of = (read: (figures: EpochLog['targets'][number]) => number | null | undefined): Float64Array =>
        column(({ targets }) => {
          const figures = targets.find(({ name }) => name === target);
          return figures === undefined ? NaN : (read(figures) ?? NaN);
        });
      return {
        target,
        series: {
          'train.loss': of((figures) => figures.trainLoss),
          'valid.loss': of((figures) => figures.validLoss),
          'train.error_rate': of((figures) => figures.trainErrorRate),
          'valid.error_rate': of((figures) => figures.errorRate),
        },
      };
    }),
  };
}
