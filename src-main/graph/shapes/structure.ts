import { tf } from '../tf.ts';
import { type ShapeRule, rules, size } from './rule.ts';

/** Ops that move, cut, join or make elements without computing with them. */
export const structureRules: Record<string, ShapeRule> = {
  Reshape: (node) => {
    const { shape, dtype } = node.inputs[0]!;
    const wanted = node.values(1);
    const known = size(wanted.filter((side) => side >= 0));
    return [{ shape: wanted.map((side) => (side < 0 ? size(shape) / known : side)), dtype }];
  },
  Transpose: (node) => {
    const { shape, dtype } = node.inputs[0]!;
    return [{ shape: node.values(1).map((axis) => shape[axis]!), dtype }];
  },
  Tile: (node) => {
    const { shape, dtype } = node.inputs[0]!;
    const times = node.values(1);
    return [{ shape: shape.map((side, axis) => side * times[axis]!), dtype }];
  },
  ExpandDims: (node) => {
    const { shape, dtype } = node.inputs[0]!;
    const [axis] = node.values(1) as [number];
    const place = axis < 0 ? axis + shape.length + 1 : axis;
    return [{ shape: [...shape.slice(0, place), 1, ...shape.slice(place)], dtype }];
  },
  Fill: (node) => [{ shape: node.values(0), dtype: node.inputs[1]!.dtype }],
  OneHot: (node) => [{ shape: [...node.inputs[0]!.shape, node.values(1)[0]!], dtype: node.inputs[2]!.dtype }],
  Slice: (node) => {
    const { shape, dtype } = node.inputs[0]!;
    const begin = node.values(1);
    const sides = node.values(2).map((side, axis) => (side < 0 ? shape[axis]! - begin[axis]! : side));
    return [{ shape: sides, dtype }];
  },
  StridedSlice: (node) => {
    const { shape, dtype } = node.inputs[0]!;
    const mask = (name: string): number => node.attribute(`${name}_mask`, 0);
    const { finalShape } = tf.slice_util.sliceInfo(
      [...shape],
      node.values(1),
      node.values(2),
      node.values(3),
      mask('begin'),
      mask('end'),
      mask('ellipsis'),
      mask('new_axis'),
      mask('shrink_axis'),
    );
    return [{ shape: finalShape, dtype }];
  },
  ...rules('Pad PadV2 MirrorPad', (node) => {
    const { shape, dtype } = node.inputs[0]!;
    const paddings = node.values(1);
    return [
      { shape: shape.map((side, axis) => side + paddings[2 * axis]! + paddings[2 * axis + 1]!), dtype },
    ];
  }),
  ConcatV2: (node) => {
    const parts = node.inputs.slice(0, -1);
    const { shape, dtype } = parts[0]!;
    const [given] = node.values(parts.length) as [number];
    const axis = given < 0 ? given + shape.length : given;
    const joined = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
    return [{ shape: shape.map((side, i) => (i === axis ? joined : side)), dtype }];
  },
  Pack: (node) => {
    const { shape, dtype } = node.inputs[0]!;
    const given = node.attribute('axis', 0);
    const axis = given < 0 ? given + shape.length + 1 : given;
    return [{ shape: [...shape.slice(0, axis), node.inputs.length, ...shape.slice(axis)], dtype }];
  },
  Unpack: (node) => {
    const { shape, dtype } = node.inputs[0]!;
    const given = node.attribute('axis', 0);
    const axis = given < 0 ? given + shape.length : given;
    const part = { shape: shape.filter((_, i) => i !== axis), dtype };
    return Array.from({ length: shape[axis]! }, () => part);
  },
  SplitV: (node) => {
    const { shape, dtype } = node.inputs[0]!;
    const [given] = node.values(2) as [number];
    const axis = given < 0 ? given + shape.length : given;
    return node.values(1).map((side) => ({ shape: shape.map((old, i) => (i === axis ? side : old)), dtype }));
  },
  ReverseV2: ({ inputs: [x] }) => [x!],
  GatherV2: (node) => {
    const [x, indices] = [node.inputs[0]!, node.inputs[1]!];
    const [given] = node.values(2) as [number];
    const axis = given < 0 ? given + x.shape.length : given;
    return [
      { shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], dtype: x.dtype },
    ];
  },
  UnsortedSegmentSum: (node) => {
    const [x, segments] = [node.inputs[0]!, node.inputs[1]!];
    return [{ shape: [node.values(2)[0]!, ...x.shape.slice(segments.shape.length)], dtype: x.dtype }];
  },
};
