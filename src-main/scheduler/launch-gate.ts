import type { ErrorPayload } from '../../shared/errors.ts';
import type { MemoryPlan } from '../../shared/records/memory-plan.ts';
import type { RatingsConfig } from '../../shared/records/ratings-run.ts';
import type { RunConfig } from '../../shared/records/run-config.ts';
import type { WhenShort } from '../../shared/records/workspace-settings.ts';

/** A run that is about to get a process. */
export interface Launch {
  kind?: 'pictures';
  runId: string;
  config: RunConfig;
  /** What the config asks for, or more after a run has failed for want of memory: never planned below it. */
  accum: number;
  /** Index of the card that it will train on; null on the processor, or where there is one card. */
  card: number | null;
  /** Null: as the workspace's settings say. */
  whenShort: WhenShort | null;
}

/** A recommender that is about to get one. It trains on the processor and has nothing that could be planned otherwise. */
export interface RatingsLaunch {
  kind: 'ratings';
  runId: string;
  name: string;
  config: RatingsConfig;
}

export type LaunchDecision =
  | { type: 'start'; accum: number; plan: MemoryPlan | null }
  /** Asked again after a while; the reason is shown. */
  | { type: 'wait'; reason: string }
  /** It cannot fit in any way. */
  | { type: 'refuse'; error: ErrorPayload };

/**
 * Asked right before each launch: reads the memory that is free now. Once `signal` has been aborted nobody wants the answer: what is at
 * work for it is ended, and the promise settles when that is gone, so that its memory is free for the next.
 */
export type LaunchGate = (launch: Launch | RatingsLaunch, signal?: AbortSignal) => Promise<LaunchDecision>;
