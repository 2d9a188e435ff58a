import { faultOf, type Fault } from './fault.ts';

/**
 * Asks after a pause, so that typing does not ask at each key, and drops an answer that is no longer wanted.
 * @returns what ends it, for an effect to return
 */
export function askLater<T>(
  waitMs: number,
  ask: () => Promise<T>,
  answered: (answer: T) => void,
  failed: (fault: Fault) => void,
): () => void {
  let wanted = true;
  const timer = setTimeout(() => {
    ask().then(
      (answer) => {
        if (wanted) answered(answer);
      },
      (error: unknown) => {
        if (wanted) failed(faultOf(error));
      },
    );
  }, waitMs);
  return () => {
    wanted = false;
    clearTimeout(timer);
  };
}
