import { formatClock, formatDuration, formatWhole } from './figures.ts';

export const xAxes = ['step', 'epoch', 'relative', 'clock'] as const;
export type XAxis = (typeof xAxes)[number];

/** How an x axis is called and written. */
export const xAxisTexts: Record<
  XAxis,
  {
    title: string;
    choice: string;
    format: (value: number) => string;
    /** How much of an axis of time a second is. */
    second?: number;
  }
> = {
  step: { title: 'step', choice: 'Step', format: formatWhole },
  epoch: { title: 'epoch', choice: 'Epoch', format: formatWhole },
  relative: { title: 'time since the start', choice: 'Relative time', format: formatDuration, second: 1 },
  clock: { title: 'time of day', choice: 'Wall time', format: formatClock, second: 1000 },
};

/** Columns of a run that an x axis can be made of. */
export interface Timeline {
  step: ArrayLike<number>;
  /** Milliseconds since 1970. */
  time: ArrayLike<number>;
}

/**
 * Places on the x axis.
 * @param began when the run began, milliseconds since 1970
 * @param stepsPerEpoch null where it is not known yet: then an epoch is one step
 */
export function xPlaces(
  axis: XAxis,
  { step, time }: Timeline,
  began: number,
  stepsPerEpoch: number | null,
): ArrayLike<number> {
  if (axis === 'step') return step;
  if (axis === 'clock') return time;
  if (axis === 'relative') return Array.from(time, (milliseconds) => (milliseconds - began) / 1000);
  return Array.from(step, (value) => value / (stepsPerEpoch ?? 1));
}
