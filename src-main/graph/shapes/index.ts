import type { OutputInfo } from '../graph.ts';
import { elementwiseRules } from './elementwise.ts';
import { kernelRules } from './kernels.ts';
import { matrixRules } from './matrix.ts';
import { reductionRules } from './reduction.ts';
import type { NodeView, ShapeRule } from './rule.ts';
import { structureRules } from './structure.ts';
import { windowRules } from './window.ts';

const all: ReadonlyMap<string, ShapeRule> = new Map(
  Object.entries({
    ...elementwiseRules,
    ...kernelRules,
    ...matrixRules,
    ...reductionRules,
    ...structureRules,
    ...windowRules,
  }),
);

/**
 * Shapes and types of a node's outputs, as TensorFlow would infer them.
 * @throws Error for an op that no rule is known for: a model used something new, and a rule is to be written
 */
export function inferOutputs(node: NodeView): OutputInfo[] {
  const rule = all.get(node.op);
  if (rule === undefined) {
    const shapes = node.inputs.map(({ shape }) => `[${shape.join()}]`).join(', ');
    throw new Error(
      `No shape rule for TensorFlow's ${node.op} on ${shapes}: add one to src-main/graph/shapes.`,
    );
  }
  return rule(node);
}
