import { type Tensor, tf } from '../tf.ts';
import type { Attributes } from '../attributes.ts';

/** What the eager and the recording backend share: run, or write down, one TensorFlow op. */
interface OpExecutor {
  executeMultipleOutputs(
    op: string,
    attributes: { name: string; type: number; value: unknown }[],
    inputs: Tensor[],
    outputs: number,
  ): Tensor[];
}

/**
 * Any TensorFlow op, on the backend that is active. It has no gradient of its own: call it inside
 * {@link withGradient}, or where nothing is differentiated.
 * @param attributes with {@link attr}; TensorFlow's defaults hold for those left out
 * @param outputs how many outputs the op has
 */
export function rawOps(op: string, attributes: Attributes, inputs: Tensor[], outputs: number): Tensor[] {
  const named = Object.entries(attributes).map(([name, value]) => ({ name, ...value }));
  return (tf.backend() as unknown as OpExecutor).executeMultipleOutputs(op, named, inputs, outputs);
}

/** {@link rawOps} for an op of which only the first output is wanted. */
export function rawOp<T extends Tensor = Tensor>(
  op: string,
  attributes: Attributes,
  inputs: Tensor[],
  outputs = 1,
): T {
  return rawOps(op, attributes, inputs, outputs)[0] as T;
}
