import { join } from 'node:path';
import {
  type RatingsHeader,
  type RatingsResult,
  ratingsConfigSchema,
} from '../../../shared/records/ratings-run.ts';
import { encodeSafetensors, float32Tensor, int32Tensor } from '../../../shared/safetensors/index.ts';
import { layout } from '../../../shared/workspace-layout.ts';
import { writeFileAtomic } from '../../../src-main/files/atomic.ts';
import { createRunFolder, writeConfig, writeResult } from '../../../src-main/runs/run-writer.ts';

/** A recommender's header as a worker writes it, for tests that need folders and no training. */
export function exampleRatingsHeader(id: string, changes: Partial<RatingsHeader> = {}): RatingsHeader {
  return {
    ...{ version: 1, kind: 'ratings', id, name: 'dot-bias 5 wd 0.1', queue: null },
    config: ratingsConfigSchema.parse({ ratings: '/data/u.data', factors: 5, seed: 7, decay: 'per-rating' }),
    ...{ created: '2026-11-25T10:00:00Z', datasetHash: 'a', datasetName: 'u.data', validHash: 'b' },
    ...{ implicit: false, range: [0.5, 5.5], parameters: 66, optimizer: 'dense', stepsPerEpoch: 10 },
    counts: { users: 5, items: 6, train: 20, valid: 3, coldUsers: 0, coldItems: 0 },
    predictedMb: 440,
    warnings: [],
    versions: { granary: '0.1.0', node: 'v20.20.0', tensorflow: '2.21.0' },
    ...changes,
  };
}

function exampleResult(rmse: number): RatingsResult {
  return {
    ...{ version: 1, status: 'finished', mse: rmse ** 2, rmse, mae: rmse * 0.8, validLoss: rmse ** 2 },
    best: { epoch: 1, validLoss: rmse ** 2 },
    ...{ baselines: null, ranking: null, epochs: 1, steps: 10, calls: 1, seconds: 2, peakRssMb: 400 },
    finished: '2026-11-25T10:00:02Z',
  };
}

/** Writes a finished recommender's folder with predictions of its validation ratings; without `predicted` an unfinished one. */
export function writeRecommender(
  workspace: string,
  id: string,
  predicted: number[] | null,
  { rating, ...changes }: Partial<RatingsHeader> & { rating: number[] },
): void {
  const folder = createRunFolder(workspace, id);
  writeConfig(folder, exampleRatingsHeader(id, changes));
  if (predicted === null) return;
  const rows = [rating.length];
  const places = Int32Array.from(rating.keys());
  const bytes = encodeSafetensors({
    metadata: { format: 'granary-rating-predictions', version: '1', users: '[]', items: '[]' },
    tensors: new Map([
      ['valid.user', int32Tensor(rows, places)],
      ['valid.item', int32Tensor(rows, places)],
      ['valid.predicted', float32Tensor(rows, Float32Array.from(predicted))],
      ['valid.rating', float32Tensor(rows, Float32Array.from(rating))],
    ]),
  });
  writeFileAtomic(join(folder, layout.run.predictions), bytes);
  writeResult(folder, exampleResult(0.9));
}
