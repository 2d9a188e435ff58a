import type { RunConfig } from '../../shared/records/run-config.ts';
import { type MeasuredRun, estimateSeconds, relativeCost } from './eta.ts';

/** A run in a slot, as far as its end can be told. */
export interface RunUnderWay {
  config: RunConfig;
  measured: MeasuredRun | null;
  /** The worker's own prediction, seconds from `heardAt`. */
  eta: { seconds: number; heardAt: number } | null;
}

/**
 * Seconds until a queue is empty: each run that waits goes to the slot that is free first, as it will. Null while nothing is
 * known of the runs that train.
 */
export function queueSeconds(
  running: readonly RunUnderWay[],
  waiting: readonly RunConfig[],
  before: readonly MeasuredRun[],
  slots: number,
): number | null {
  const measured = [...before, ...running.flatMap((run) => run.measured ?? [])];
  const left: number[] = [];
  for (const run of running) {
    const seconds =
      run.eta === null
        ? estimateSeconds([run.config], measured)
        : Math.max(0, run.eta.seconds - (Date.now() - run.eta.heardAt) / 1000);
    if (seconds === null) return null;
    left.push(seconds);
  }
  while (left.length < slots) left.push(0);
  for (const config of waiting) {
    const seconds = estimateSeconds([config], measured) ?? byARunUnderWay(config, running);
    if (seconds === null) return null;
    const first = left.indexOf(Math.min(...left));
    left[first]! += seconds;
  }
  return Math.max(...left);
}

/** Before any epoch has ended: a worker's prediction for its own run, by the work of the other. */
function byARunUnderWay(config: RunConfig, running: readonly RunUnderWay[]): number | null {
  const known = running.find((run) => run.eta !== null);
  if (known === undefined) return null;
  return (known.eta!.seconds * relativeCost(config)) / relativeCost(known.config);
}
