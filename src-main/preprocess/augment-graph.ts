import { type Tensor, type Tensor4D, tf } from '../graph/tf.ts';
import type { ImageSize } from '../../shared/image-size.ts';
import { projectiveTransform } from './projective-transform.ts';

/** fastai clamps pixels this far from 0 and 1 before it takes their logit. */
const LOGIT_MARGIN = 1e-7;

/**
 * From cached pixels to what the network sees, in the step's own graph: one projective transform a picture (flip, rotation,
 * zoom, crop and the resize to `size` together, bilinear, reflecting at the border) and lighting on logits, as fastai does.
 * It runs eagerly and records; nothing in it is differentiated.
 *
 * @param pixels [n, H, W, 3], values 0 to 255, any numeric type
 * @param transforms [n, 8] from output to input pixel coordinates (see `drawAugmentation`, `plainView`)
 * @param lighting [n, 2] contrast and brightness on logits; null leaves the light alone
 * @returns [n, h, w, 3] float32, 0 to 1
 */
export function augmentPixels(
  pixels: Tensor4D,
  transforms: Tensor,
  lighting: Tensor | null,
  size: ImageSize,
): Tensor4D {
  return tf.tidy(() => {
    const shrink = areaAverage(pixels, size);
    const moved = projectiveTransform(shrink.pixels, shrink.adapt(transforms), size);
    const unit = tf.mul(moved, tf.scalar(1 / 255)) as Tensor4D;
    return lighting === null ? unit : relight(unit, lighting);
  });
}

/**
 * Bilinear sampling looks at four pixels only, so a picture of more than twice the training size is averaged over whole
 * blocks first, down to between once and twice that size (fastai does the same before it samples). The transforms are
 * carried over to the smaller picture.
 */
function areaAverage(
  pixels: Tensor4D,
  size: ImageSize,
): { pixels: Tensor4D; adapt: (transforms: Tensor) => Tensor } {
  const [, height, width] = pixels.shape;
  const block = Math.ceil(Math.min(height / size.height, width / size.width) / 2);
  const values = tf.cast(pixels, 'float32') as Tensor4D;
  if (block < 2) return { pixels: values, adapt: (transforms) => transforms };
  return {
    pixels: tf.avgPool(values, block, block, 'same'),
    adapt: (transforms) => {
      // Pixel x lies at (x − offset) / block of the averaged picture; 'same' padding starts before the picture.
      const offset = (length: number): number =>
        (block - 1) / 2 - Math.floor((Math.ceil(length / block) * block - length) / 2);
      const [dx, dy] = [-offset(width) / block, -offset(height) / block];
      const matrix = new Float32Array(64);
      for (let i = 0; i < 8; i++) matrix[i * 8 + i] = i < 6 ? 1 / block : 1;
      // Rows 6 and 7 are the projective terms, which the shift multiplies.
      for (const [term, column] of [
        [6, 0],
        [7, 1],
      ] as const) {
        matrix[term * 8 + column] = dx;
        matrix[term * 8 + column + 3] = dy;
      }
      const moved = tf.matMul(transforms as never, tf.tensor2d(matrix, [8, 8]));
      return tf.add(moved, tf.tensor1d([0, 0, dx, 0, 0, dy, 0, 0]));
    },
  };
}

/** sigmoid(contrast × logit(x) + brightness); values at the very ends stay finite. */
function relight(unit: Tensor4D, lighting: Tensor): Tensor4D {
  const count = unit.shape[0];
  const factor = tf.reshape(tf.slice(lighting, [0, 0], [count, 1]), [count, 1, 1, 1]);
  const offset = tf.reshape(tf.slice(lighting, [0, 1], [count, 1]), [count, 1, 1, 1]);
  const clamped = tf.clipByValue(unit, LOGIT_MARGIN, 1 - LOGIT_MARGIN);
  const logit = tf.neg(tf.log(tf.sub(tf.reciprocal(clamped), tf.scalar(1))));
  return tf.sigmoid(tf.add(tf.mul(logit, factor), offset));
}
