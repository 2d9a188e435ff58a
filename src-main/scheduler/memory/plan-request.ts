import type { MemoryDevice, MemoryMargin } from '../../../shared/records/memory-plan.ts';

/** One way to train a run's batches. */
export interface MemoryChoice {
  accum: number;
  checkpointing: boolean;
}

/** What a worker takes at most. */
export interface MemoryNeed {
  predictedMb: number;
  probedMb: number | null;
}

export interface PlanRequest {
  /** Effective batch. */
  batchSize: number;
  /** What the config asks for: the least, when the planner may choose. */
  accum: number;
  checkpointing: boolean;
  /** May the planner raise the accumulation and switch checkpointing on? */
  automatic: boolean;
  device: MemoryDevice;
  margin: MemoryMargin;
  /** Null where the architecture cannot be trained so. */
  need: (choice: MemoryChoice) => MemoryNeed | null;
  time?: string;
}
