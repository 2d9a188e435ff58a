import type { ParameterSpec } from './context.ts';

/** Where each axis of TensorFlow's layout is found in timm's, and what length it has there. */
function permutation(layout: ParameterSpec['layout']): number[] | null {
  switch (layout) {
    case 'conv':
      return [2, 3, 1, 0];
    case 'depthwise':
      return [2, 3, 0, 1];
    case 'linear':
      return [1, 0];
    case 'conv1x1':
      // timm's two axes of length 1 at the end change nothing about the order of the values.
      return [1, 0];
    case 'same':
      return null;
  }
}

/** The parameter's shape in timm's files. */
export function timmShape(spec: Pick<ParameterSpec, 'layout' | 'shape'>): number[] {
  const axes = permutation(spec.layout);
  if (axes === null) return [...spec.shape];
  const shape = Array.from({ length: axes.length }, (_, axis) => spec.shape[axes.indexOf(axis)]!);
  return spec.layout === 'conv1x1' ? [...shape, 1, 1] : shape;
}

/** Values of `shape` with their axes reordered: axis i of the result is axis `axes[i]` of the input. */
function transpose(values: Float32Array, shape: readonly number[], axes: readonly number[]): Float32Array {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  const sides = axes.map((axis) => shape[axis]!);
  const steps = axes.map((axis) => strides[axis]!);
  const result = new Float32Array(values.length);
  const last = sides.length - 1;
  const index = new Array<number>(sides.length).fill(0);
  let from = 0;
  for (let to = 0; to < result.length;) {
    for (let i = 0, at = from; i < sides[last]!; i += 1, at += steps[last]!) result[to++] = values[at]!;
    // Count up like an odometer over the outer axes.
    for (let axis = last - 1; axis >= 0; axis -= 1) {
      from += steps[axis]!;
      index[axis]! += 1;
      if (index[axis]! < sides[axis]!) break;
      from -= steps[axis]! * sides[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

/** A parameter's values from timm's layout to TensorFlow's. The result may be `values` itself. */
export function toTensorFlowLayout(
  spec: Pick<ParameterSpec, 'layout' | 'shape'>,
  values: Float32Array,
): Float32Array {
  const axes = permutation(spec.layout);
  if (axes === null) return values;
  return transpose(values, timmShape(spec).slice(0, axes.length), axes);
}

/** The inverse of {@link toTensorFlowLayout}. */
export function toTimmLayout(
  spec: Pick<ParameterSpec, 'layout' | 'shape'>,
  values: Float32Array,
): Float32Array {
  const axes = permutation(spec.layout);
  if (axes === null) return values;
  const inverse = Array.from({ length: axes.length }, (_, axis) => axes.indexOf(axis));
  return transpose(values, spec.shape, inverse);
}
