import { type Tensor, tf } from '../tf.ts';
import { after } from './after.ts';
import { rawOp } from './raw-op.ts';
import { attr } from '../attributes.ts';
import { withGradient } from './with-gradient.ts';

/** SiLU, also called swish: x·σ(x) (Ramachandran et al. 2017). Keeps its input only. */
export function silu<T extends Tensor>(x: T): T {
  return withGradient([x], (save) => {
    save([x]);
    return {
      value: tf.mul(x, tf.sigmoid(x)) as T,
      gradient(dy, saved) {
        const x = after(saved[0]!, dy);
        const gate = tf.sigmoid(x);
        return [tf.mul(dy, tf.mul(gate, tf.add(tf.mul(x, tf.sub(1, gate)), 1)))];
      },
    };
  });
}

/** min(max(x + 3, 0), 6) / 6. No gradient: for use inside hand-written ones. */
function ramp(x: Tensor): Tensor {
  return tf.mul(rawOp('Relu6', { T: attr.type('float32') }, [tf.add(x, 3)]), 1 / 6);
}

/** x·min(max(x + 3, 0), 6)/6: SiLU in straight lines (Howard et al. 2019). Keeps its input only. */
export function hardSwish<T extends Tensor>(x: T): T {
  return withGradient([x], (save) => {
    save([x]);
    return {
      value: tf.mul(x, ramp(x)) as T,
      gradient(dy, saved) {
        const x = after(saved[0]!, dy);
        const rising = tf.cast(tf.less(tf.abs(x), 3), 'float32');
        return [tf.mul(dy, tf.add(ramp(x), tf.mul(tf.mul(x, 1 / 6), rising)))];
      },
    };
  });
}
