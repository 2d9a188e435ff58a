/**
 * Accumulations that cut a batch into equal micro-batches, the smallest first. Above eight pictures only micro-batches that are
 * multiples of eight are offered, where the batch has any: kernels are built for them.
 * @param least none below it
 */
export function accumulations(batchSize: number, least = 1): number[] {
  const all: number[] = [];
  for (let accum = 1; accum <= batchSize; accum++) if (batchSize % accum === 0) all.push(accum);
  const even = all.filter((accum) => (batchSize / accum) % 8 === 0);
  return all.filter(
    (accum) => accum >= least && (even.length === 0 || even.includes(accum) || batchSize / accum < 8),
  );
}
