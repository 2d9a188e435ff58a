import type { EpochLog } from './records/run-record.ts';

/** A target's figures that can be drawn over epochs. */
export type TargetCurve = 'trainLoss' | 'validLoss' | 'trainErrorRate' | 'errorRate';

/** One figure of one target by epoch, [epoch, value]; epochs without it are left out (records of older versions lack some). */
export function targetPoints(
  epochs: readonly EpochLog[],
  target: string,
  field: TargetCurve,
): [epoch: number, value: number][] {
  return epochs.flatMap(({ epoch, targets }): [number, number][] => {
    const value = targets.find(({ name }) => name === target)?.[field];
    return value == null ? [] : [[epoch, value]];
  });
}
