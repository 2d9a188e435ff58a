import { type MemoryPlan, neededMb } from './records/memory-plan.ts';

/** An amount in MiB as it is shown: `3.4 GiB`, `812 MiB`. */
export function formatMb(mb: number): string {
  return mb >= 1024 ? `${(mb / 1024).toFixed(1)} GiB` : `${Math.round(mb)} MiB`;
}

/** What a run's user should know of its memory before it starts; null when it fits. */
export function memoryWarning(plan: MemoryPlan): string | null {
  if (plan.fits) return null;
  return `Memory may not suffice: this run is expected to need ${formatMb(neededMb(plan))}. ${plan.reason}`;
}
