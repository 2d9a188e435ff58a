import { runColor } from '../../shared/palette.ts';
import type { RunSummary } from '../../shared/records/run-record.ts';
import { type TargetCurve, targetPoints } from '../../shared/target-points.ts';
import { type Line, lineChart } from './svg-lines.ts';

/**
 * Charts of loss and error rate by epoch: a pair a target, validation solid and training dashed.
 * @param targets names, in the order in which they are drawn
 */
export function curves(runs: readonly RunSummary[], targets: readonly string[]): string {
  return targets
    .flatMap((target) => {
      const of = targets.length > 1 ? `: ${target}` : '';
      return [
        lineChart({
          title: `Loss: validation (solid), training (dashed)${of}`,
          xLabel: 'epoch',
          lines: lines(runs, target, 'trainLoss', 'validLoss'),
        }),
        lineChart({
          title: `Error rate: validation (solid), training (dashed): ${target}`,
          xLabel: 'epoch',
          percent: true,
          lines: lines(runs, target, 'trainErrorRate', 'errorRate'),
        }),
      ];
    })
    .join('');
}

/** Two lines a run. Training's error rate is not in records of older versions; then there is one. */
function lines(
  runs: readonly RunSummary[],
  target: string,
  training: 'trainLoss' | 'trainErrorRate',
  validation: 'validLoss' | 'errorRate',
): Line[] {
  return runs.flatMap((run, index) => {
    const name = run.header?.name ?? run.id;
    const points = (field: TargetCurve): [number, number][] => targetPoints(run.epochs, target, field);
    const color = runColor(index);
    return [
      { name: `${name}, training`, color, dashed: true, points: points(training) },
      { name: `${name}, validation`, color, points: points(validation) },
    ];
  });
}
