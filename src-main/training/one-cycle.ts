/** Shape of one cycle. The learning rate is a share of its peak, so one cycle serves all groups of layers. */
export interface OneCycle {
  /** Share of the cycle that rises. */
  pctStart: number;
  /** The cycle starts at peak / div … */
  div: number;
  /** … and ends at peak / divFinal. */
  divFinal: number;
  /** Momentum (AdamW's β1) at the start, at the peak and at the end. */
  momentum: readonly [number, number, number];
}

/** fastai's `fit_one_cycle` (fastai/callback/schedule.py); the policy is Smith's, arXiv:1803.09820. */
export const fitOneCycle: OneCycle = {
  pctStart: 0.25,
  div: 25,
  divFinal: 1e5,
  momentum: [0.95, 0.85, 0.95],
};

/**
 * The cycle at a position from 0 to 1: learning rate as a share of its peak, and momentum. Both follow half cosines. Step i of n
 * stands at i / n, as in fastai: the first step has the starting rate, the last one is just short of the end.
 */
export function atPosition(cycle: OneCycle, position: number): { lrShare: number; momentum: number } {
  const { pctStart, div, divFinal, momentum } = cycle;
  const rising = position < pctStart;
  const along = rising ? position / pctStart : (position - pctStart) / (1 - pctStart);
  return rising
    ? { lrShare: cosine(1 / div, 1, along), momentum: cosine(momentum[0], momentum[1], along) }
    : { lrShare: cosine(1, 1 / divFinal, along), momentum: cosine(momentum[1], momentum[2], along) };
}

/** Half a cosine from `start` (at 0) to `end` (at 1). */
function cosine(start: number, end: number, along: number): number {
  return start + ((1 - Math.cos(Math.PI * along)) / 2) * (end - start);
}
