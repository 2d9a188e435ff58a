import { formatMb } from '../../shared/memory.ts';
import type { FitAnswer } from '../../shared/ipc/memory-views.ts';
import { type FitLevel, type RunFit, fitLevel } from '../../shared/records/memory-fit.ts';
import { neededMb } from '../../shared/records/memory-plan.ts';

/** How a fit is coloured and called; the word tells the same as the colour. */
export interface FitText {
  level: FitLevel | 'waits' | 'tight' | 'open';
  /** In a word or two. */
  word: string;
}

/** @param answer undefined: not asked yet */
export function fitText(answer: FitAnswer | undefined): FitText {
  if (answer === undefined || answer === 'measuring') return { level: 'open', word: 'measuring …' };
  if (answer === 'unknown') return { level: 'open', word: 'memory not known' };
  if (answer.state === 'tight') return { level: 'tight', word: 'may not fit' };
  if (answer.state === 'waits') return { level: 'waits', word: 'waits for memory' };
  const level = fitLevel(answer);
  const { accum, microBatch } = answer.plan;
  const words: Record<FitLevel, string> = {
    whole: 'fits',
    accumulation: `fits with accumulation ${accum}`,
    checkpointing: `fits with checkpointing${accum > 1 ? `, micro-batches of ${microBatch}` : ''}`,
    cannot: 'cannot fit',
  };
  return { level, word: words[level] };
}

/** Micro-batch × accumulation, what it needs and what is kept free. */
export function planText({ plan }: RunFit): string {
  const how = `${plan.microBatch} × ${plan.accum}${plan.checkpointing ? ' with checkpointing' : ''}`;
  return `${how}, ${formatMb(neededMb(plan))} of ${formatMb(plan.device.freeMb)} free`;
}

/** What the whole batch at once would take of the memory that is free, 1 being all of it. */
export function wholeShare({ wholeMb, plan }: RunFit): number {
  return plan.device.freeMb > 0 ? wholeMb / plan.device.freeMb : Infinity;
}
