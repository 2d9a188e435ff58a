import type { InvalidRun, PlannedRun } from './grid.ts';
import type { InvalidRatings, PlannedRatings } from './ratings-grid.ts';

/** A run of either kind that can be queued. */
export type AnyPlanned = PlannedRun | PlannedRatings;
/** One of either kind that cannot be trained, with the reason. */
export type AnyInvalid = InvalidRun | InvalidRatings;
