import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { GranaryError } from '../../shared/errors.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  float32Tensor,
  float32Values,
  int32Tensor,
  int32Values,
  type SafeTensor,
  type SafeTensorsFile,
} from '../../shared/safetensors/index.ts';
import { layout } from '../../shared/workspace-layout.ts';
import { writeFileAtomic } from '../files/atomic.ts';

export const predictionSets = ['valid', 'holdout', 'test'] as const;
export type PredictionSet = (typeof predictionSets)[number];

/** What a run says of one set of pictures. Rows follow `ids`; arrays over targets follow `Predictions.targets`. */
export interface SetPredictions {
  ids: string[];
  /** Probabilities of each target without test-time augmentation, [ids, classes], row by row. */
  plain: Float32Array[];
  /** The same with test-time augmentation; null when it was switched off. */
  tta: Float32Array[] | null;
  /** The true class's index of each target, -1 where it is missing; null for test pictures. */
  labels: Int32Array[] | null;
}

/** All of a run's predictions. Sets that the run has no pictures of are absent. */
export interface Predictions {
  targets: { name: string; classes: string[] }[];
  sets: Partial<Record<PredictionSet, SetPredictions>>;
}

const VERSION = '1';
const namesSchema = z.array(z.string());

/**
 * Bytes of `predictions.safetensors` (docs/file-formats.md): tensors `<set>.<plain|tta>.<target>` and `labels.<set>.<target>`,
 * ids and class names in the metadata.
 * @throws GranaryError SAFETENSORS_INVALID when a table's length does not fit its ids and classes, RUN_CORRUPT when ids repeat
 */
export function encodePredictions(predictions: Predictions): Uint8Array {
  const tensors = new Map<string, SafeTensor>();
  const metadata: Record<string, string> = {
    format: 'granary-predictions',
    version: VERSION,
    targets: JSON.stringify(predictions.targets.map((target) => target.name)),
  };
  for (const target of predictions.targets)
    metadata[`classes.${target.name}`] = JSON.stringify(target.classes);
  for (const set of predictionSets) {
    const tables = predictions.sets[set];
    if (tables === undefined) continue;
    metadata[`ids.${set}`] = JSON.stringify(tables.ids);
    predictions.targets.forEach(({ name, classes }, index) => {
      const shape = [tables.ids.length, classes.length];
      tensors.set(`${set}.plain.${name}`, float32Tensor(shape, tables.plain[index]!));
      if (tables.tta !== null) tensors.set(`${set}.tta.${name}`, float32Tensor(shape, tables.tta[index]!));
      if (tables.labels !== null)
        tensors.set(`labels.${set}.${name}`, int32Tensor([tables.ids.length], tables.labels[index]!));
    });
  }
  const bytes = encodeSafetensors({ metadata, tensors });
  decodePredictions(bytes);
  return bytes;
}

/**
 * The inverse of {@link encodePredictions}.
 * @throws GranaryError RUN_CORRUPT, SAFETENSORS_INVALID
 */
export function decodePredictions(bytes: Uint8Array): Predictions {
  const file = decodeSafetensors(bytes);
  if (file.metadata['version'] !== VERSION)
    throw corrupt(
      `version "${file.metadata['version'] ?? ''}" is not ${VERSION}, the one this Granary reads`,
    );
  const targets = names(file, 'targets').map((name) => ({ name, classes: names(file, `classes.${name}`) }));
  const sets: Predictions['sets'] = {};
  for (const set of predictionSets) {
    if (file.metadata[`ids.${set}`] === undefined) continue;
    const ids = names(file, `ids.${set}`);
    if (new Set(ids).size !== ids.length) throw corrupt(`an image id stands twice among the ${set} pictures`);
    const tables = (kind: 'plain' | 'tta'): Float32Array[] =>
      targets.map(({ name, classes }) =>
        float32Values(tensor(file, `${set}.${kind}.${name}`, [ids.length, classes.length])),
      );
    const first = targets[0]?.name ?? '';
    sets[set] = {
      ids,
      plain: tables('plain'),
      tta: file.tensors.has(`${set}.tta.${first}`) ? tables('tta') : null,
      labels: file.tensors.has(`labels.${set}.${first}`)
        ? targets.map(({ name }) => int32Values(tensor(file, `labels.${set}.${name}`, [ids.length])))
        : null,
    };
  }
  return { targets, sets };
}

/** Writes a run's predictions in one piece. */
export function writePredictions(runFolder: string, predictions: Predictions): void {
  writeFileAtomic(join(runFolder, layout.run.predictions), encodePredictions(predictions));
}

/**
 * Reads a run's predictions.
 * @throws GranaryError RUN_NOT_FINISHED when there are none yet, RUN_CORRUPT or SAFETENSORS_INVALID when they cannot be read
 */
export async function readPredictions(runFolder: string): Promise<Predictions> {
  let bytes: Buffer;
  try {
    bytes = await readFile(join(runFolder, layout.run.predictions));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new GranaryError(
      'RUN_NOT_FINISHED',
      `${runFolder} holds no predictions.`,
      'Only finished runs have them. See the run with `granary show`, and train it again with `granary train --again`.',
    );
  }
  return decodePredictions(bytes);
}

function corrupt(what: string): GranaryError {
  return new GranaryError('RUN_CORRUPT', `Not a run's predictions: ${what}.`, 'Train the run again.');
}

function names(file: SafeTensorsFile, key: string): string[] {
  try {
    return namesSchema.parse(JSON.parse(file.metadata[key] ?? ''));
  } catch {
    throw corrupt(`its "${key}" is not a list of names`);
  }
}

function tensor(file: SafeTensorsFile, name: string, shape: number[]): SafeTensor {
  const found = file.tensors.get(name);
  if (found === undefined) throw corrupt(`"${name}" is missing`);
  if (found.shape.join() !== shape.join())
    throw corrupt(`"${name}" has the shape [${found.shape.join(', ')}] and not [${shape.join(', ')}]`);
  return found;
}
