import { GranaryError } from '../../../shared/errors.ts';
import { type SafeTensor, float32Values } from '../../../shared/safetensors/index.ts';
import type { ParameterSpec, StatisticSpec } from '../context.ts';
import { timmShape, toTensorFlowLayout } from '../layout.ts';

export interface MatchedWeights {
  /** By timm's name, in TensorFlow's layout, for the program's `load`. */
  values: Map<string, Float32Array>;
  /** What the model has and the file does not, and keeps its fresh start: with `replace` the head. */
  missing: string[];
  /** What the file has and the model does not. */
  unexpected: string[];
}

/** Axes of length 1 hold no values: a 1×1 convolution is a linear layer, however its file writes it. */
const withoutOnes = (shape: readonly number[]): string => shape.filter((side) => side !== 1).join();

/** A counter in timm's files that no computation here reads. */
const isCounter = (name: string): boolean => name.endsWith('.num_batches_tracked');

const atMost = (names: string[]): string =>
  names.length <= 8 ? names.join('; ') : `${names.slice(0, 8).join('; ')}; and ${names.length - 8} more`;

/**
 * Fits a weights file (timm's names and layout) to a model. A parameter that can be had from another shape (position
 * embeddings of another grid, bias tables of another window) is resampled by its own `adapt`.
 * @param head `replace`: the head starts fresh whatever the file has (new classes); `strict`: the file must have exactly the
 *   model's parameters
 * @param values `unread`: names and shapes alone are compared, so that a gigabyte need not be read for it; none are returned
 * @throws GranaryError WEIGHTS_MISMATCH; its details name every parameter that is missing, has another shape, or is not the model's
 */
export function matchWeights(
  parameters: readonly ParameterSpec[],
  statistics: readonly StatisticSpec[],
  file: ReadonlyMap<string, SafeTensor>,
  { head, values: wanted = 'read' }: { head: 'replace' | 'strict'; values?: 'read' | 'unread' },
): MatchedWeights {
  const values = new Map<string, Float32Array>();
  const missing: string[] = [];
  const wrong: string[] = [];
  const known = new Set<string>();
  const take = (
    name: string,
    shape: readonly number[],
    convert: (v: Float32Array) => Float32Array,
    adapt?: ParameterSpec['adapt'],
  ): void => {
    known.add(name);
    const tensor = file.get(name);
    if (tensor === undefined) {
      wrong.push(`${name} is missing`);
      return;
    }
    const fits = withoutOnes(tensor.shape) === withoutOnes(shape);
    if (fits && wanted === 'unread') return;
    const found = fits
      ? float32Values(tensor)
      : adapt?.({ shape: tensor.shape, values: float32Values(tensor) });
    if (found == null) {
      wrong.push(`${name} is [${tensor.shape.join(', ')}] and should be [${shape.join(', ')}]`);
    } else values.set(name, convert(found));
  };
  for (const spec of parameters) {
    if (spec.group === 'head' && head === 'replace') {
      known.add(spec.name);
      missing.push(spec.name);
    } else take(spec.name, timmShape(spec), (v) => toTensorFlowLayout(spec, v), spec.adapt);
  }
  for (const { name, shape } of statistics) take(name, shape, (v) => v);
  const unexpected = [...file.keys()].filter((name) => !known.has(name) && !isCounter(name));
  const foreign = unexpected.map((name) => `${name} is not the model's`);
  if (head === 'strict') wrong.push(...foreign);
  if (wrong.length > 0)
    throw new GranaryError(
      'WEIGHTS_MISMATCH',
      `The weights do not fit the model: ${atMost(wrong)}.`,
      "Use the architecture that the weights were saved from; names and shapes must be timm's.",
      { details: head === 'strict' ? wrong : [...wrong, ...foreign] },
    );
  return { values, missing, unexpected };
}
