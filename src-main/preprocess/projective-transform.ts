import { type Tensor, type Tensor4D, tf } from '../graph/tf.ts';
import { attr, rawOp } from '../graph/ops/index.ts';
import type { ImageSize } from '../../shared/image-size.ts';

/**
 * Samples `images` [n, H, W, c] at the places that `transforms` [n, 8] say, bilinearly; outside, the picture is reflected
 * at its border (half a pixel out, so the border pixel appears twice). TensorFlow's ImageProjectiveTransformV3.
 * @returns [n, h, w, c]
 */
export function projectiveTransform(images: Tensor4D, transforms: Tensor, size: ImageSize): Tensor4D {
  return tf.tidy(() =>
    rawOp<Tensor4D>(
      'ImageProjectiveTransformV3',
      {
        dtype: attr.type('float32'),
        interpolation: attr.string('BILINEAR'),
        fill_mode: attr.string('REFLECT'),
      },
      [images, transforms, tf.tensor1d([size.height, size.width], 'int32'), tf.scalar(0)],
    ),
  );
}
