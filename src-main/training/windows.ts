/** One optimizer step: pictures from `start` on in the epoch's order, in micro-batches of these sizes. */
export interface Window {
  start: number;
  count: number;
  micro: number[];
}

/** How an epoch is cut. */
export interface EpochPlan {
  microBatch: number;
  /** Size of the epoch's one short micro-batch; null when all are full. It needs a recording of its own. */
  lastMicroBatch: number | null;
  windows: Window[];
  /** Pictures that sit out the epoch: 0, or 1 under batch normalisation. The order is shuffled, so each time another one. */
  left: number;
}

/**
 * Cuts an epoch of `count` pictures into windows of `batchSize` and those into `accum` micro-batches. The last window may be
 * partial: it is scaled by its own count and applied all the same (fastai drops it). Under batch normalisation a last micro-batch
 * of one picture would be normalised by itself alone, which says nothing, so that picture sits out the epoch.
 * @param options.accum divides batchSize
 */
export function planEpoch(
  count: number,
  options: { batchSize: number; accum: number; batchNorm: boolean },
): EpochPlan {
  const { batchSize, accum, batchNorm } = options;
  const microBatch = batchSize / accum;
  const alone = batchNorm && microBatch > 1 && count > 1 && count % microBatch === 1;
  const used = alone ? count - 1 : count;
  const windows: Window[] = [];
  for (let start = 0; start < used; start += batchSize) {
    const size = Math.min(batchSize, used - start);
    const micro: number[] = [];
    for (let done = 0; done < size; done += microBatch) micro.push(Math.min(microBatch, size - done));
    windows.push({ start, count: size, micro });
  }
  return {
    microBatch,
    lastMicroBatch: used % microBatch === 0 ? null : used % microBatch,
    windows,
    left: count - used,
  };
}
