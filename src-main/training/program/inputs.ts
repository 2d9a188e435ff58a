import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../../graph/tf.ts';
import { augmentPixels } from '../../preprocess/augment-graph.ts';
import type { ProgramSpec } from './spec.ts';
import type { Variables } from './variables.ts';

/** From pixels in 0 … 1 to what the weights were trained on. */
function normalise(pixels: Tensor4D, { mean, std }: ProgramSpec['normalise']): Tensor4D {
  const factor = std.map((deviation) => 1 / deviation);
  const offset = mean.map((value, channel) => -value / std[channel]!);
  return tf.add(tf.mul(pixels, tf.tensor1d(factor)), tf.tensor1d(offset));
}

/** Adds the placeholders of one fetch, and the way from fed bytes to the network's input. */
export function networkInput(
  variables: Variables,
  spec: ProgramSpec,
  scope: string,
  rows: number,
): { pixels: Tensor4D; labels: Tensor2D } {
  const bytes = variables.input(`${scope}pixels`, 'uint8', [
    rows,
    spec.pixels.height,
    spec.pixels.width,
    3,
  ]) as Tensor4D;
  const transforms = variables.input(`${scope}transforms`, 'float32', [rows, 8]);
  const lighting = variables.input(`${scope}lighting`, 'float32', [rows, 2]);
  const labels: Tensor = variables.input(`${scope}labels`, 'int32', [rows, spec.targets.length]);
  const unit = augmentPixels(bytes, transforms, lighting, spec.size);
  return { pixels: normalise(unit, spec.normalise), labels: labels as Tensor2D };
}
