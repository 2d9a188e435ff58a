import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { GranaryError } from '../../shared/errors.ts';
import { runConfigSchema } from '../../shared/records/run-config.ts';
import { epochLogSchema } from '../../shared/records/run-record.ts';
import {
  type SafeTensor,
  decodeSafetensors,
  float32Tensor,
  float32Values,
  safetensorsPieces,
} from '../../shared/safetensors/index.ts';
import { randomStateSchema } from '../dataset/random.ts';
import type { OptimizerState } from './program/index.ts';

const whole = z.number().int().nonnegative();

/** An epoch that is not finished: where it stands, and what its log needs of the part that is done. */
export const epochInProgressSchema = z.object({
  /** Optimizer steps of this epoch that are done. */
  windows: whole.min(1),
  images: whole,
  /** Seconds that they took. */
  seconds: z.number().nonnegative(),
  /** The head's learning rate at the last of them. */
  lr: z.number(),
  /** Sums over the pictures so far, of each target. */
  sums: z.object({
    losses: z.array(z.number()),
    correct: z.array(z.number()),
    counts: z.array(z.number()),
  }),
  /** The streams that are drawn from step after step; the order of pictures follows from seed and epoch. */
  random: z.object({ augment: randomStateSchema, dropout: randomStateSchema }),
});
export type EpochInProgress = z.infer<typeof epochInProgressSchema>;

/** Where a run stands, beside its weights and its optimizer's state. */
export const progressSchema = z.object({
  runId: z.string(),
  /** What decides the run: only the same settings and pictures may go on from here. */
  config: runConfigSchema,
  datasetHash: z.string(),
  /** SHA-256 of the recorded graph: the same one goes on to the same bits. */
  graphHash: z.string(),
  /** Epochs finished, frozen and full together. */
  epoch: whole,
  /** The log of the last of them: it is in here before it is in `epochs.jsonl`. */
  lastEpoch: epochLogSchema.nullable(),
  /** Null between two epochs. */
  inProgress: epochInProgressSchema.nullable(),
  /** Optimizer steps done, as one native call and op by op. */
  steps: z.object({ compiled: whole, eager: whole }),
  /** Seconds that the run has worked, over all attempts. */
  seconds: z.number().nonnegative(),
  /** Optimizer steps that moved the body, and the head. */
  optimizerSteps: z.object({ body: whole, head: whole }),
});

/**
 * A run's whole state between two optimizer steps. Every random stream of an epoch is forked from the run's seed and the epoch's
 * number, so between epochs these two are the generators' state; within one the states of its streams are kept.
 */
export interface Checkpoint extends Omit<z.infer<typeof progressSchema>, 'optimizerSteps'> {
  /** Parameters and running statistics under timm's names, in TensorFlow's layout, flat. */
  weights: Map<string, Float32Array>;
  optimizer: OptimizerState;
}

const FORMAT = 'granary-checkpoint';
const VERSION = '2';

/** The bytes of `checkpoint/state.safetensors`, in pieces: they are three times the weights, and are not copied. */
export function encodeCheckpoint({ weights, optimizer, ...rest }: Checkpoint): Uint8Array[] {
  const tensors = new Map<string, SafeTensor>();
  const add = (prefix: string, values: Map<string, Float32Array>): void => {
    for (const [name, value] of values) tensors.set(prefix + name, float32Tensor([value.length], value));
  };
  add('weights.', weights);
  add('optimizer.', optimizer.moments);
  const progress = progressSchema.parse({ ...rest, optimizerSteps: optimizer.steps });
  return safetensorsPieces({
    metadata: { format: FORMAT, version: VERSION, progress: JSON.stringify(progress) },
    tensors,
  });
}

/** The inverse of {@link encodeCheckpoint}, of the whole file. @throws GranaryError RUN_CORRUPT, SAFETENSORS_INVALID */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { metadata, tensors } = decodeSafetensors(bytes);
  if (metadata['format'] !== FORMAT || metadata['version'] !== VERSION)
    throw unreadable(
      `its format is ${metadata['format'] ?? 'none'}, version ${metadata['version'] ?? 'none'}, and ${FORMAT}, version ${VERSION}, was expected`,
    );
  const { optimizerSteps, ...progress } = readProgress(metadata['progress'] ?? '');
  const part = (prefix: string): Map<string, Float32Array> =>
    new Map(
      [...tensors]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, tensor]) => [name.slice(prefix.length), float32Values(tensor)]),
    );
  return {
    ...progress,
    weights: part('weights.'),
    optimizer: { steps: optimizerSteps, moments: part('optimizer.') },
  };
}

function readProgress(text: string): z.infer<typeof progressSchema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable('its progress is not JSON');
  }
  const parsed = progressSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw unreadable(`its progress is not as expected at ${issue?.path.join('.')}: ${issue?.message}`);
}

function unreadable(why: string): GranaryError {
  return new GranaryError(
    'RUN_CORRUPT',
    `The checkpoint cannot be read: ${why}.`,
    'Train the run from its beginning with `granary train --again RUN`.',
  );
}

/** Reads a checkpoint; null when there is none. */
export function readCheckpoint(path: string): Checkpoint | null {
  try {
    return decodeCheckpoint(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
