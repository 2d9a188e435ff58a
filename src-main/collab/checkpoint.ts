import { z } from 'zod';
import { GranaryError } from '../../shared/errors.ts';
import { type RatingsConfig, ratingsEpochSchema } from '../../shared/records/ratings-run.ts';
import {
  type SafeTensor,
  decodeSafetensors,
  encodeSafetensors,
  float32Tensor,
  float32Values,
} from '../../shared/safetensors/index.ts';
import type { RecommenderCheckpoint } from './train-recommender.ts';

const stateSchema = z.object({
  epochs: z.array(ratingsEpochSchema),
  steps: z.number().int(),
  seconds: z.number(),
});

/** Bytes of a recommender's checkpoint. What is drawn in an epoch depends on seed and epoch alone, so no random state is kept. */
export function encodeCheckpoint(checkpoint: RecommenderCheckpoint, config: RatingsConfig): Uint8Array {
  const { epochs, steps, seconds, values, state } = checkpoint;
  const tensors = new Map<string, SafeTensor>();
  for (const [name, value] of values) tensors.set(`value/${name}`, float32Tensor([value.length], value));
  for (const [name, value] of state) tensors.set(`state/${name}`, float32Tensor([value.length], value));
  const metadata = {
    format: 'granary-recommender-checkpoint',
    config: JSON.stringify(config),
    state: JSON.stringify({ epochs, steps, seconds }),
  };
  return encodeSafetensors({ metadata, tensors });
}

/**
 * The inverse of {@link encodeCheckpoint}.
 * @throws GranaryError RUN_CHANGED when the run began with another config, RUN_CORRUPT, SAFETENSORS_INVALID
 */
export function decodeCheckpoint(bytes: Uint8Array, config: RatingsConfig): RecommenderCheckpoint {
  const { metadata, tensors } = decodeSafetensors(bytes);
  if (metadata['config'] !== JSON.stringify(config))
    throw new GranaryError(
      'RUN_CHANGED',
      'The run began with other settings than it would go on with.',
      'Train it from its beginning as a new run.',
    );
  let state: z.infer<typeof stateSchema>;
  try {
    state = stateSchema.parse(JSON.parse(metadata['state'] ?? ''));
  } catch {
    throw new GranaryError(
      'RUN_CORRUPT',
      'The checkpoint cannot be read.',
      'Train the run from its beginning.',
    );
  }
  const under = (prefix: string): Map<string, Float32Array> =>
    new Map(
      [...tensors].flatMap(([name, tensor]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), float32Values(tensor).slice()] as const] : [],
      ),
    );
  return { ...state, values: under('value/'), state: under('state/') };
}
