import type { Tensor2D, Tensor4D } from '../../graph/tf.ts';
import type { ModelContext } from '../context.ts';
import { classifier } from './classifier.ts';
import { type MobileStyle, convolutionNormed } from './inverted-residual.ts';
import { Scope } from './scope.ts';

/** How timm's EfficientNets and MobileNets begin: a 3×3 convolution with stride 2, `conv_stem` and `bn1`. */
export function mobileStem(
  pixels: Tensor4D,
  context: ModelContext,
  channels: number,
  style: MobileStyle,
): Tensor4D {
  const scopes = { convolution: new Scope(context, 0, 'conv_stem'), norm: new Scope(context, 0, 'bn1') };
  return convolutionNormed(pixels, scopes, { out: channels, kernel: 3, stride: 2 }, style);
}

/** How they end: `classifier`, which starts as TensorFlow starts a layer of that width. */
export function mobileHead(
  features: Tensor2D,
  context: ModelContext,
  { classes, rate }: { classes: number; rate: number | undefined },
): Tensor2D {
  const initializer = { type: 'uniform', bound: 1 / Math.sqrt(classes) } as const;
  return classifier(features, context, { name: 'classifier', classes, rate, initializer });
}
