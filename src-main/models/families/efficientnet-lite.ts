import { relu6 } from '../../graph/ops/index.ts';
import type { ModelBuilder } from '../context.ts';
import type { MobileStyle } from '../layers/inverted-residual.ts';
import { baseStages, efficientNet, scaleStages } from './efficientnet.ts';

/** ReLU6 without squeeze-and-excitation; SAME padding and epsilon are TensorFlow's, where these weights were trained. */
export const liteStyle: MobileStyle = { padding: 'same', epsilon: 1e-3, activation: relu6 };

/** EfficientNet-Lite: stem, head, and the depth of the first and last stage are not scaled. timm's `tf_` models. */
const scaled = (width: number, depth: number): ModelBuilder =>
  efficientNet({
    stemChannels: 32,
    stages: scaleStages(width, depth, baseStages, true),
    features: 1280,
    style: liteStyle,
  });

/** By timm's id: width and depth multipliers of the paper's B0 to B4. */
export const efficientnetLiteBuilders: Readonly<Record<string, ModelBuilder>> = {
  tf_efficientnet_lite0: scaled(1, 1),
  tf_efficientnet_lite1: scaled(1, 1.1),
  tf_efficientnet_lite2: scaled(1.1, 1.2),
  tf_efficientnet_lite3: scaled(1.2, 1.4),
  tf_efficientnet_lite4: scaled(1.4, 1.8),
};
