import type { Tensor } from '../../graph/tf.ts';
import type { Initializer, ModelContext, ParameterLayout, ParameterSpec } from '../context.ts';

/**
 * A place in a network: the context that the layers there ask for values, the front of their parameters' names (as in
 * timm's state dictionary), and how deep they lie.
 */
export class Scope {
  readonly context: ModelContext;
  readonly group: ParameterSpec['group'];
  readonly name: string;

  constructor(context: ModelContext, group: ParameterSpec['group'], name: string) {
    this.context = context;
    this.group = group;
    this.name = name;
  }

  /** The same depth, one name further in: from `stages.0` to `stages.0.blocks`. */
  in(child: string | number): Scope {
    return new Scope(this.context, this.group, `${this.name}.${child}`);
  }

  /** The layer's `weight`: decayed, because it is a matrix or a filter. Shape in TensorFlow's layout. */
  weight<T extends Tensor>(shape: readonly number[], layout: ParameterLayout, initializer: Initializer): T {
    const { context, group, name } = this;
    return context.parameter({ name: `${name}.weight`, shape, layout, initializer, decay: true, group }) as T;
  }

  /** A one-dimensional parameter (bias, scale), which weight decay leaves alone. A number starts it constant. */
  vector(child: string, length: number, initial: number | Initializer): Tensor {
    const initializer = typeof initial === 'number' ? constantly(initial) : initial;
    const { context, group, name } = this;
    const shape = [length];
    return context.parameter({
      name: `${name}.${child}`,
      shape,
      layout: 'same',
      initializer,
      decay: false,
      group,
    });
  }
}

function constantly(value: number): Initializer {
  if (value === 0) return { type: 'zeros' };
  return value === 1 ? { type: 'ones' } : { type: 'constant', value };
}
