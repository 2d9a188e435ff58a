import { type Tensor4D, tf } from '../tf.ts';
import { type Attributes, attr, nativeBinding } from '../attributes.ts';
import { rawOp } from './raw-op.ts';

/** From this many values on, a filter's gradient is quicker as a convolution of its own (measured: 7×7 yes, 5×5 not always). */
const LARGE_FILTER = 49;

/** Whether {@link depthwiseFilterGradient} is the quicker way: large filters at stride 1 on a processor, not on a card. */
export function prefersForwardConvolution([kh, kw]: readonly number[], stride: number): boolean {
  return stride === 1 && kh! * kw! >= LARGE_FILTER && !nativeBinding().isUsingGpuDevice();
}

/**
 * The gradient of a depthwise convolution (stride 1) with respect to its filter, as one more depthwise convolution *forward*:
 * the pictures of the batch lie beside the channels, and dy is the filter. oneDNN's own op for it walks the batch in a slow
 * loop: on 2 cores 2.5 to 29 times slower at ConvNeXt's shapes (8 pictures, 4×4×768 to 56×56×96).
 * @param x [n, h, w, c], margins added
 * @param filter [kh, kw] of the filter
 * @param dy [n, oh, ow, c]
 * @param attributes of the forward op; how it pads follows from the shapes
 * @returns [kh, kw, c, 1]
 */
export function depthwiseFilterGradient(
  x: Tensor4D,
  [kh, kw]: readonly [number, number],
  dy: Tensor4D,
  attributes: Attributes,
): Tensor4D {
  const [n, oh, ow, channels] = dy.shape;
  const around = (missing: number): [number, number] => [Math.floor(missing / 2), Math.ceil(missing / 2)];
  const [down, across] = [oh + kh - 1 - x.shape[1], ow + kw - 1 - x.shape[2]];
  const whole = down + across === 0 ? x : tf.pad(x, [[0, 0], around(down), around(across), [0, 0]]);
  const batchInside = [1, 2, 0, 3];
  const [, height, width] = whole.shape;
  const wide = tf.reshape(tf.transpose(whole, batchInside), [1, height, width, n * channels]);
  const filter = tf.reshape(tf.transpose(dy, batchInside), [oh, ow, n * channels, 1]);
  const products = rawOp('DepthwiseConv2dNative', { ...attributes, padding: attr.string('VALID') }, [
    wide,
    filter,
  ]);
  return tf.reshape(tf.sum(tf.reshape(products, [kh, kw, n, channels]), 2), [kh, kw, channels, 1]);
}
