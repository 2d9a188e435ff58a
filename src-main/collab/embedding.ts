import { attr } from '../graph/attributes.ts';
import { rawOp } from '../graph/ops/raw-op.ts';
import { withGradient } from '../graph/ops/with-gradient.ts';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from '../graph/tf.ts';

/**
 * The rows of an embedding table that belong to indices. It equals the product of the one-hot rows of the indices with the table,
 * without ever making them: `oneHot(indices)·table`, [batch, n]·[n, width].
 */
export function lookUp(table: Tensor2D, indices: Tensor1D): Tensor2D {
  const axis = tf.scalar(0, 'int32');
  const types = { Tparams: attr.type('float32'), Tindices: attr.type('int32'), Taxis: attr.type('int32') };
  // Not tf.gather: its kernel reads the indices to check them, and in a recording they have no values.
  return withGradient<Tensor2D>([table], () => ({
    value: rawOp('GatherV2', { batch_dims: attr.int(0), ...types }, [table, indices, axis]),
    gradient: (dy) => [tableGradient(dy, indices, table.shape[0])],
  }));
}

/**
 * The table's gradient from that of its looked-up rows, as `oneHot(indices)ᵀ·dy` would give it: rows that were not looked up get
 * zero, those looked up several times a sum.
 * @returns [rows, width]
 */
export function tableGradient(dy: Tensor, indices: Tensor, rows: number): Tensor2D {
  return rawOp(
    'UnsortedSegmentSum',
    { T: attr.type('float32'), Tindices: attr.type('int32'), Tnumsegments: attr.type('int32') },
    [dy, indices, tf.scalar(rows, 'int32')],
  );
}
