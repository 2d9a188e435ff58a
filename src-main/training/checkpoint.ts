import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { GranaryError } from '../../shared/errors.ts';
import {
  type SafeTensor,
  decodeSafetensors,
  encodeSafetensors,
  float32Tensor,
  float32Values,
} from '../../shared/safetensors/index.ts';
import type { OptimizerState } from './program/index.ts';

/**
 * A run's whole state at the end of an epoch. Every random stream of an epoch is forked from the run's seed and the epoch's
 * number, so these two are the generator's state.
 */
export interface Checkpoint {
  runId: string;
  seed: number;
  /** Epochs finished, frozen and full together. */
  epoch: number;
  /** Optimizer steps done. */
  step: number;
  /** SHA-256 of the recorded graph: only the same graph can go on from here. */
  graphHash: string;
  /** Parameters and running statistics under timm's names, in TensorFlow's layout, flat. */
  weights: Map<string, Float32Array>;
  optimizer: OptimizerState;
}

const FORMAT = 'granary-checkpoint';
const whole = z.coerce.number().int().nonnegative();
const metadataSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal('1'),
  run: z.string(),
  seed: whole,
  epoch: whole,
  step: whole,
  graph_hash: z.string(),
  /** Optimizer steps that moved the body, and the head. */
  body_steps: whole,
  head_steps: whole,
});

/** The bytes of `checkpoint/state.safetensors`. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const tensors = new Map<string, SafeTensor>();
  const add = (prefix: string, values: Map<string, Float32Array>): void => {
    for (const [name, value] of values) tensors.set(prefix + name, float32Tensor([value.length], value));
  };
  add('weights.', checkpoint.weights);
  add('optimizer.', checkpoint.optimizer.moments);
  const metadata = {
    format: FORMAT,
    version: '1',
    run: checkpoint.runId,
    seed: String(checkpoint.seed),
    epoch: String(checkpoint.epoch),
    step: String(checkpoint.step),
    graph_hash: checkpoint.graphHash,
    body_steps: String(checkpoint.optimizer.steps.body),
    head_steps: String(checkpoint.optimizer.steps.head),
  };
  return encodeSafetensors({ metadata, tensors });
}

/** The inverse of {@link encodeCheckpoint}. @throws GranaryError RUN_CORRUPT, SAFETENSORS_INVALID */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const file = decodeSafetensors(bytes);
  const metadata = metadataSchema.safeParse(file.metadata);
  if (!metadata.success) {
    throw new GranaryError(
      'RUN_CORRUPT',
      `Not a checkpoint that this Granary reads: ${metadata.error.issues[0]?.path.join('.')} ${metadata.error.issues[0]?.message}.`,
      'Start the run again from its beginning.',
    );
  }
  const part = (prefix: string): Map<string, Float32Array> =>
    new Map(
      [...file.tensors]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, tensor]) => [name.slice(prefix.length), float32Values(tensor)]),
    );
  const { run, seed, epoch, step, graph_hash, body_steps, head_steps } = metadata.data;
  return {
    runId: run,
    seed,
    epoch,
    step,
    graphHash: graph_hash,
    weights: part('weights.'),
    optimizer: { steps: { body: body_steps, head: head_steps }, moments: part('optimizer.') },
  };
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
