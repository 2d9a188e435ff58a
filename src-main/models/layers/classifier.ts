import type { Tensor2D } from '../../graph/tf.ts';
import type { ModelContext } from '../context.ts';
import { dropout } from './dropout.ts';
import { type LinearOptions, linearOver } from './linear.ts';
import { Scope } from './scope.ts';

export interface ClassifierOptions extends Pick<LinearOptions, 'initializer' | 'biasInitializer'> {
  /** timm's name of the layer. */
  name: string;
  classes: number;
  /** timm's `drop_rate`: in training, of the features that the layer reads. */
  rate?: number | undefined;
}

/** The last layer, after dropout: features [n, c] → logits [n, classes]. */
export function classifier(features: Tensor2D, context: ModelContext, options: ClassifierOptions): Tensor2D {
  const { name, classes, rate = 0, initializer, biasInitializer } = options;
  const kept = dropout(features, context, { name: `${name}.dropout`, rate });
  return linearOver(kept, new Scope(context, 'head', name), { out: classes, initializer, biasInitializer });
}
