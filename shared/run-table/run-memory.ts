import type { Attempt } from '../records/attempts.ts';
import type { MemoryPlan } from '../records/memory-plan.ts';
import type { EpochLog, RunHeader, RunResult } from '../records/run-record.ts';

/** How a run was made to fit the memory, and what it took in truth. */
export interface RunMemory {
  /** `32 × 2 = 64`. */
  batch: string;
  checkpointing: boolean;
  /** Of its latest process; null where nothing was planned. */
  plan: MemoryPlan | null;
  /** Highest memory of any of its processes, MiB: of the card where it was planned for one, else resident main memory. Null where none was told. */
  truePeakMb: number | null;
  /** Processes that worked at it; 1 where the record does not count them. */
  processes: number;
}

/** @param attempts from `attempts.json`; empty where there is none */
export function runMemory(
  run: { header: RunHeader; epochs: readonly EpochLog[]; result: RunResult | null },
  attempts: readonly Attempt[],
): RunMemory {
  const { header, epochs, result } = run;
  const { config, microBatch, memory = null } = header;
  const peak: 'peakCardMb' | 'peakRssMb' = memory?.device.kind === 'card' ? 'peakCardMb' : 'peakRssMb';
  const finished = result?.status === 'finished' ? [result] : [];
  const highest = Math.max(0, ...[...attempts, ...epochs, ...finished].map((one) => one[peak] ?? 0));
  return {
    batch: `${microBatch} × ${config.batchSize / microBatch} = ${config.batchSize}`,
    checkpointing: memory?.checkpointing ?? config.checkpointing,
    plan: memory,
    truePeakMb: highest > 0 ? highest : null,
    processes: Math.max(1, attempts.length),
  };
}

/** How a process of a run ended, in words; null while it works. */
export function attemptEnd({ outcome, ended }: Pick<Attempt, 'outcome' | 'ended'>): string | null {
  if (ended === null) return null;
  const words: Partial<Record<NonNullable<typeof outcome>, string>> = {
    finished: 'finished',
    CANCELLED: 'was stopped',
    WORKER_KILLED: 'was killed from outside',
    WORKER_OUT_OF_MEMORY: 'had too little memory',
    WORKER_CRASHED: 'crashed',
  };
  return outcome === null ? 'ended' : (words[outcome] ?? `failed: ${outcome}`);
}

/** Where a process began: `from the beginning`, `after epoch 3`, `after step 12 of epoch 4`. */
export function attemptFrom({ from }: Pick<Attempt, 'from'>): string {
  if (from === null) return 'from the beginning';
  const { epoch, windows } = from;
  return windows === 0 ? `after epoch ${epoch}` : `after step ${windows} of epoch ${epoch + 1}`;
}
