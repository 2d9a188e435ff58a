import type { JobContext } from './context.ts';

/** A counter that tells at most ten times a second how far a stage is, and always of its end. */
export function progressOf(
  { emit }: JobContext,
  stage: string,
  unit: string,
): (done: number, total: number) => void {
  const started = performance.now();
  let last = -Infinity;
  return (done, total) => {
    const now = performance.now();
    if (now - last < 100 && done < total) return;
    last = now;
    emit({
      type: 'progress',
      stage,
      done,
      total,
      unit,
      perSecond: (1000 * done) / Math.max(1, now - started),
    });
  };
}
