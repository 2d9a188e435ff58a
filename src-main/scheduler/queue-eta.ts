import type { RatingsConfig } from '../../shared/records/ratings-run.ts';
import type { RunConfig } from '../../shared/records/run-config.ts';
import { estimateSeconds, relativeCost } from './eta.ts';
import type { AnyMeasured } from './measured-run.ts';
import { estimateRatings } from './ratings-eta.ts';

/** What of a run decides its cost. */
export type Costed = { kind: 'ratings'; config: RatingsConfig } | { kind?: 'pictures'; config: RunConfig };

/** A run in a slot, as far as its end can be told. */
export interface RunUnderWay {
  item: Costed;
  measured: AnyMeasured | null;
  /** The worker's own prediction, seconds from `heardAt`. */
  eta: { seconds: number; heardAt: number } | null;
}

/** Seconds that a run will take which has not begun; null while nothing like it has been measured. */
export function secondsOf(item: Costed, measured: readonly AnyMeasured[]): number | null {
  return item.kind === 'ratings'
    ? estimateRatings(
        item.config,
        measured.filter((run) => run.kind === 'ratings'),
      )
    : estimateSeconds(
        [item.config],
        measured.filter((run) => run.kind !== 'ratings'),
      );
}

/** {@link secondsOf} of several, one after another. */
export function secondsOfAll(items: readonly Costed[], measured: readonly AnyMeasured[]): number | null {
  let sum = 0;
  for (const item of items) {
    const seconds = secondsOf(item, measured);
    if (seconds === null) return null;
    sum += seconds;
  }
  return sum;
}

/**
 * Seconds until a queue is empty: each run that waits goes to the slot that is free first, as it will. Null while nothing is
 * known of the runs that train.
 */
export function queueSeconds(
  running: readonly RunUnderWay[],
  waiting: readonly Costed[],
  before: readonly AnyMeasured[],
  slots: number,
): number | null {
  const measured = [...before, ...running.flatMap((run) => run.measured ?? [])];
  const left: number[] = [];
  for (const run of running) {
    const seconds =
      run.eta === null
        ? secondsOf(run.item, measured)
        : Math.max(0, run.eta.seconds - (Date.now() - run.eta.heardAt) / 1000);
    if (seconds === null) return null;
    left.push(seconds);
  }
  while (left.length < slots) left.push(0);
  for (const item of waiting) {
    const seconds = secondsOf(item, measured) ?? byARunUnderWay(item, running);
    if (seconds === null) return null;
    const first = left.indexOf(Math.min(...left));
    left[first]! += seconds;
  }
  return Math.max(...left);
}

/** Before any epoch has ended: a worker's prediction for its own run, by the work of the other. */
function byARunUnderWay(item: Costed, running: readonly RunUnderWay[]): number | null {
  const known = running.find(
    (run) => run.eta !== null && (run.item.kind === 'ratings') === (item.kind === 'ratings'),
  );
  if (known === undefined) return null;
  return (known.eta!.seconds * costOf(item)) / costOf(known.item);
}

function costOf(item: Costed): number {
  return item.kind === 'ratings' ? item.config.epochs : relativeCost(item.config);
}
