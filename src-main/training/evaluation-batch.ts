/** Evaluation keeps no activations, so it may take more pictures at a time than training, and small batches waste little. */
const MIN_EVAL_BATCH = 16;
const MAX_EVAL_BATCH = 64;

/** How many pictures an evaluation takes at a time in a run that trains with this micro-batch. */
export function evaluationBatch(microBatch: number): number {
  return Math.min(MAX_EVAL_BATCH, Math.max(MIN_EVAL_BATCH, microBatch));
}
