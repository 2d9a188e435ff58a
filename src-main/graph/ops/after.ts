import { type Tensor, tf } from '../tf.ts';

/** Implemented by backends that write nodes down and can therefore order them. */
export interface Ordering {
  /** The same value, but not before `dependency` has been computed. */
  after(x: Tensor, dependency: Tensor): Tensor;
}

/**
 * The same value, to be had only once `dependency` is there. Whatever is recomputed for the backward pass must start from
 * this: without the control dependency TensorFlow's common-subexpression elimination finds that the forward pass has
 * computed the same, keeps that result alive instead, and no memory is saved. Eagerly it is `x` itself.
 */
export function after<T extends Tensor>(x: T, dependency: Tensor): T {
  const backend = tf.backend() as unknown as Partial<Ordering>;
  return backend.after === undefined ? x : (backend.after(x, dependency) as T);
}
