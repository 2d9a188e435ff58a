import type { Range } from '../../charts/chart-group.ts';
import type { Series } from '../../charts/series.ts';
import { ratingsErrorSeries } from '../../charts/ratings-series.ts';
import { smooth } from '../../charts/smooth.ts';
import { type XAxis, xPlaces } from '../../charts/x-axis.ts';
import type { LiveRunState } from '../../state/live-run.svelte.ts';

type Live = Pick<LiveRunState, 'steps' | 'charted' | 'ratingsEpochs' | 'targets' | 'stepsPerEpoch'>;

/** The curves of a run that trains, as they are at one moment. */
export class LiveSeries {
  readonly loss: Series[];
  readonly targets: { name: string; loss: Series[]; error: Series[] }[];
  /** RMSE and MAE of a recommender. */
  readonly errors: Series[];
  readonly lr: Series[];
  readonly rate: Series[];
  readonly memory: Series[];
  /** Where the x axis ends, where that is known before the points are there. */
  readonly xMax: number | undefined;
  readonly extent: Range | null;

  constructor(live: Live, axis: XAxis, smoothing: number, totalSteps: number | null, planned: number) {
    const { steps, charted: epochs, stepsPerEpoch } = live;
    const epochTimes = epochs.map((log) => Date.parse(log.time));
    const first = epochs[0];
    // Without steps (another process trains it) the run began when its first epoch did.
    const began =
      steps.time[0] ??
      (first === undefined ? 0 : epochTimes[0]! - 1000 * (first.trainSeconds + first.validSeconds));
    const at = xPlaces(axis, steps, began, stepsPerEpoch);
    const ends = xPlaces(
      axis,
      { step: epochs.map(({ step }) => step), time: epochTimes },
      began,
      stepsPerEpoch,
    );
    const trained = (name: string, values: readonly number[], color = '--chart-train'): Series[] =>
      values.length === 0 ? [] : smoothedLines(name, color, at, values, smoothing);
    const judged = (name: string, color: string, values: number[]): Series => ({
      ...{ name, color, dots: true, xs: ends, ys: values },
    });
    // Of a run that is only followed there are the means of its epochs.
    const means = (values: (number | null | undefined)[]): Series[] =>
      steps.step.length > 0
        ? []
        : [
            judged(
              'training',
              '--chart-train',
              values.map((value) => value ?? NaN),
            ),
          ];

    this.loss = [
      ...trained('training', steps.loss),
      ...means(epochs.map((log) => log.trainLoss)),
      judged(
        'validation',
        '--chart-valid',
        epochs.map((log) => log.validLoss),
      ),
    ];
    const names = live.targets.length > 0 ? live.targets : (first?.targets.map(({ name }) => name) ?? ['']);
    this.targets = names.map((name, t) => {
      const logs = epochs.map((log) => log.targets[t]);
      return {
        name,
        loss: [
          ...trained('training', steps.losses[t] ?? []),
          ...means(logs.map((log) => log?.trainLoss)),
          judged(
            'validation',
            '--chart-valid',
            logs.map((log) => log?.validLoss ?? NaN),
          ),
        ],
        error: [
          ...trained('training', steps.errors[t] ?? []),
          ...means(logs.map((log) => log?.trainErrorRate)),
          judged(
            'validation',
            '--chart-error',
            logs.map((log) => log?.errorRate ?? NaN),
          ),
        ],
      };
    });
    this.errors = ratingsErrorSeries(live.ratingsEpochs, ends);
    const plain = (name: string, values: ArrayLike<number>, fallback: number[]): Series[] => [
      steps.step.length > 0
        ? { name, color: '--chart-train', xs: at, ys: values }
        : judged(name, '--chart-train', fallback),
    ];
    this.lr = plain(
      'learning rate',
      steps.lr,
      epochs.map((log) => log.lr),
    );
    this.rate = plain(
      'rate',
      steps.imagesPerSecond,
      epochs.map((log) => log.imagesPerSecond),
    );
    this.memory = plain('memory', toGib(steps.rssMb), [...toGib(epochs.map((log) => log.peakRssMb))]);
    this.xMax = axis === 'step' ? (totalSteps ?? undefined) : axis === 'epoch' ? planned : undefined;
    const last = Math.max(at[at.length - 1] ?? -Infinity, ends[ends.length - 1] ?? -Infinity);
    const start = axis === 'clock' ? began : 0;
    this.extent = Number.isFinite(last) ? { min: start, max: Math.max(last, this.xMax ?? 0) } : null;
  }
}

/** The smoothed line in front of the raw one. */
function smoothedLines(
  name: string,
  color: string,
  xs: ArrayLike<number>,
  ys: readonly number[],
  smoothing: number,
): Series[] {
  if (smoothing === 0) return [{ name, color, xs, ys }];
  return [
    { name: 'each step', color, xs, ys, faint: true },
    { name: `${name}, smoothed`, color, xs, ys: smooth(xs, ys, smoothing) },
  ];
}

function toGib(megabytes: ArrayLike<number>): Float64Array {
  return Float64Array.from(megabytes, (value) => value / 1024);
}
