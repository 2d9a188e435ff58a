import type { Tensor } from '../tf.ts';
import { attr } from '../attributes.ts';
import { rawOp } from './raw-op.ts';
import { withGradient } from './with-gradient.ts';

/** An activation whose gradient follows from its *output*, which the next layer keeps anyway. */
function clamped<T extends Tensor>(x: T, op: string): T {
  const attributes = { T: attr.type('float32') };
  return withGradient([x], (save) => {
    const value = rawOp<T>(op, attributes, [x]);
    save([value]);
    return { value, gradient: (dy, [y]) => [rawOp(`${op}Grad`, attributes, [dy, y!])] };
  });
}

/** max(x, 0) */
export function relu<T extends Tensor>(x: T): T {
  return clamped(x, 'Relu');
}

/** min(max(x, 0), 6) */
export function relu6<T extends Tensor>(x: T): T {
  return clamped(x, 'Relu6');
}
