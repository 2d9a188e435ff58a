import { type Tensor, tf } from '../../../src-main/graph/tf.ts';

/** A small generator with a fixed seed (Park and Miller 1988), enough for test inputs. */
export function seeded(seed = 1): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** A tensor of values uniform in [−1, 1). */
export function randomTensor<T extends Tensor>(shape: number[], next: () => number): T {
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => next() * 2 - 1);
  return tf.tensor(values, shape) as T;
}

/**
 * The largest difference between an op's gradients and central differences of a weighted sum of its output, relative to the
 * largest gradient of that input. float32 with a step of 1e-2 leaves a few 1e-3.
 */
export function gradientError(f: (...inputs: Tensor[]) => Tensor, inputs: Tensor[], step = 1e-2): number {
  const next = seeded(99);
  const weights = randomTensor(
    tf.tidy(() => f(...inputs).shape),
    next,
  );
  const loss = (...xs: Tensor[]): Tensor => tf.sum(tf.mul(f(...xs), weights));
  const gradients = tf.grads(loss)(inputs);
  let error = 0;
  inputs.forEach((input, which) => {
    const values = input.dataSync() as Float32Array;
    const analytic = gradients[which]!.dataSync() as Float32Array;
    const largest = Math.max(...analytic.map(Math.abs), 1e-3);
    // A dozen places of each input are enough; a wrong formula is wrong everywhere.
    const stride = Math.max(1, Math.floor(values.length / 12));
    for (let place = 0; place < values.length; place += stride) {
      const at = (delta: number): number =>
        tf.tidy(() => {
          const moved = values.slice();
          moved[place]! += delta;
          const xs = inputs.map((x, i) => (i === which ? tf.tensor(moved, x.shape) : x));
          return loss(...xs).dataSync()[0]!;
        });
      const numeric = (at(step) - at(-step)) / (2 * step);
      error = Math.max(error, Math.abs(numeric - analytic[place]!) / largest);
    }
  });
  return error;
}
