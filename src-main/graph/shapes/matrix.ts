import { tf } from '../tf.ts';
import type { ShapeRule } from './rule.ts';

/** Matrix products. */
export const matrixRules: Record<string, ShapeRule> = {
  MatMul: (node) => {
    const [a, b] = [node.inputs[0]!.shape, node.inputs[1]!.shape];
    const [rows, inner] = node.attribute('transpose_a', false) ? [a[1]!, a[0]!] : [a[0]!, a[1]!];
    const [other, columns] = node.attribute('transpose_b', false) ? [b[1]!, b[0]!] : [b[0]!, b[1]!];
    if (inner !== other)
      throw new Error(`MatMul of [${a.join()}] and [${b.join()}]: the inner sizes differ.`);
    return [{ shape: [rows, columns], dtype: node.inputs[0]!.dtype }];
  },
  BatchMatMulV2: (node) => {
    const [a, b] = [node.inputs[0]!.shape, node.inputs[1]!.shape];
    const leading = tf.backend_util.assertAndGetBroadcastShape(a.slice(0, -2), b.slice(0, -2));
    const rows = a.at(node.attribute('adj_x', false) ? -1 : -2)!;
    const columns = b.at(node.attribute('adj_y', false) ? -2 : -1)!;
    return [{ shape: [...leading, rows, columns], dtype: node.inputs[0]!.dtype }];
  },
};
