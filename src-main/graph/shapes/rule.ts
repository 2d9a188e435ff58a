import type { OutputInfo } from '../graph.ts';

/** What a shape rule sees of a node: input shapes and types, attributes, and the values of inputs that are constants. */
export interface NodeView {
  op: string;
  inputs: readonly OutputInfo[];
  /** The attribute, or the fallback where TensorFlow's default was left in place. */
  attribute<T>(name: string, fallback?: T): T;
  /** The values of a constant input, such as a shape or axes. */
  values(input: number): number[];
}

/** Shape and type of each output. */
export type ShapeRule = (node: NodeView) => OutputInfo[];

/** The same rule for several ops. */
export function rules(ops: string, rule: ShapeRule): Record<string, ShapeRule> {
  return Object.fromEntries(ops.split(' ').map((op) => [op, rule]));
}

export function size(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
