import type { Job } from '../../shared/ipc/job.ts';
import type { QueueItem } from '../../shared/records/queue.ts';
import { newRatingsRunId, newRunId } from '../runs/run-id.ts';
import type { WhenShort } from '../../shared/records/workspace-settings.ts';
import type { Launch, LaunchDecision, RatingsLaunch } from './launch-gate.ts';
import type { AnyInvalid, AnyPlanned } from './planned.ts';

/** A planned run as the queue will have it. Combinations that cannot be trained are kept beside the others as skipped. */
export function itemOfPlan(run: AnyPlanned | AnyInvalid): QueueItem {
  const { name } = run;
  const state =
    'error' in run
      ? { state: 'skipped' as const, error: run.error }
      : { state: 'pending' as const, error: null };
  if (run.kind === 'ratings')
    return { kind: run.kind, runId: newRatingsRunId(run.config), name, config: run.config, ...state };
  return { runId: newRunId(run.config), name, config: run.config, ...state };
}

/** What a run trains with: its config's own accumulation, until memory did not suffice for it. Recommenders have none. */
export function accumOf(item: QueueItem): number {
  return item.kind === 'ratings' ? 1 : (item.accum ?? item.config.accum);
}

/** Whether it trains with checkpointing where nothing else is planned: its config's own, or since memory did not suffice without. */
export function checkpointingOf(item: QueueItem): boolean {
  return item.kind !== 'ratings' && (item.checkpointing ?? item.config.checkpointing);
}

/** Rows that are in memory at once, as the run's record has it. */
export function microBatchOf(item: QueueItem, accum: number): number {
  return item.config.batchSize / accum;
}

/** What the launch gate is asked. */
export function launchOf(
  item: QueueItem,
  card: number | null,
  whenShort: WhenShort | null,
): Launch | RatingsLaunch {
  const { runId, name } = item;
  if (item.kind === 'ratings') return { kind: item.kind, runId, name, config: item.config };
  const config = { ...item.config, checkpointing: checkpointingOf(item) };
  return { runId, config, accum: accumOf(item), card, whenShort };
}

type Launched = Extract<LaunchDecision, { type: 'start' }>;

/** The job of one process at work on a run. */
export function jobOf(
  item: QueueItem,
  { accum, plan }: Launched,
  around: { workspace: string; queue: string; resume: boolean },
): Extract<Job, { type: 'train' | 'collab-train' }> {
  const { runId, name } = item;
  if (item.kind === 'ratings') return { type: 'collab-train', ...around, runId, name, config: item.config };
  return {
    type: 'train',
    ...around,
    runId,
    name,
    config: { ...item.config, accum, checkpointing: plan?.checkpointing ?? checkpointingOf(item) },
    ...(plan === null ? {} : { memory: plan }),
  };
}
