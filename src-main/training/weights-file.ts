import { type SafeTensor, encodeSafetensors, float32Tensor } from '../../shared/safetensors/index.ts';
import { timmShape, toTimmLayout } from '../models/weights.ts';
import type { RecordedProgram } from './program/index.ts';

/**
 * The bytes of `weights.safetensors`: timm's names, shapes and layout, so that timm loads the file with `strict=True` (its counters
 * `num_batches_tracked` apart, which nothing reads).
 * @param values parameters and statistics in TensorFlow's layout, as the program reads them
 */
export function encodeWeights(
  { parameters, statistics }: Pick<RecordedProgram, 'parameters' | 'statistics'>,
  values: ReadonlyMap<string, Float32Array>,
  metadata: Record<string, string>,
): Uint8Array {
  const tensors = new Map<string, SafeTensor>();
  for (const spec of parameters) {
    const timm = toTimmLayout(spec, values.get(spec.name)!);
    tensors.set(spec.name, float32Tensor(timmShape(spec), timm));
  }
  for (const { name, shape } of statistics) tensors.set(name, float32Tensor(shape, values.get(name)!));
  // safetensors' own readers ask for `format: pt` before they hand tensors to PyTorch.
  return encodeSafetensors({ metadata: { format: 'pt', ...metadata }, tensors });
}
