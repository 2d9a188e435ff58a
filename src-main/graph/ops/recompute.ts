import { type Tensor, tf } from '../tf.ts';
import { after } from './after.ts';
import { withGradient } from './with-gradient.ts';

/**
 * Gradient checkpointing (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"): `value`, whose gradient is found by
 * computing it a second time in the backward pass, so that between the passes only `inputs` are kept. The second computation
 * starts from {@link after}, and cannot be merged with the first. Not in an outer gradient of higher order.
 * @param value what `fn` gives for all of `inputs`, computed already. What was recorded for its gradient leads nowhere and goes.
 * @param inputs float32; everything that `fn` reads but constants
 * @param trained how many of `inputs`, from the first, a gradient flows to: all of them through `value`
 */
export function recompute<T extends Tensor>(
  value: T,
  inputs: readonly Tensor[],
  trained: number,
  fn: (...inputs: Tensor[]) => T,
): T {
  return withGradient(inputs.slice(0, trained), (save) => {
    save([...inputs]);
    return {
      value: value.clone(),
      gradient(dy, saved) {
        const waiting = saved.map((tensor) => after(tensor, dy));
        const fixed = waiting.slice(trained);
        return gradientsWithin((...given) => fn(...given, ...fixed), waiting.slice(0, trained), dy);
      },
    };
  });
}

/**
 * Gradients taken inside a gradient function. TensorFlow.js has one tape, and forgets the outer one at the end of an inner; the
 * outer one's tensors are still to be disposed of.
 */
function gradientsWithin(fn: (...inputs: Tensor[]) => Tensor, inputs: Tensor[], dy: Tensor): Tensor[] {
  const { state } = tf.engine();
  const outer = state.activeTape;
  try {
    return tf.grads(fn)(inputs, dy);
  } finally {
    state.activeTape = outer;
  }
}
