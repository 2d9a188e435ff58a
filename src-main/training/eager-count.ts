import { tf } from '../graph/tf.ts';

interface Binding {
  executeOp(...args: unknown[]): unknown;
}

/**
 * Counts the TensorFlow ops that JavaScript runs one by one, at the addon's own door, so that nothing can pass unseen: a compiled
 * step goes through another one (`runSavedModel`). Used to state, and to hold, that no training step is eager.
 */
export class EagerOpCounter {
  #count = 0;
  readonly #restore: () => void;

  constructor() {
    const backend = tf.engine().findBackend('tensorflow') as unknown as { binding: Binding };
    const original = backend.binding;
    // The addon's own properties cannot be written: a child object stands before it.
    backend.binding = Object.create(original, {
      executeOp: {
        value: (...args: unknown[]) => {
          this.#count++;
          return original.executeOp(...args);
        },
      },
    }) as Binding;
    this.#restore = () => (backend.binding = original);
  }

  /** Ops since the counter was made. */
  get count(): number {
    return this.#count;
  }

  /** Puts the addon's own object back. */
  dispose(): void {
    this.#restore();
  }
}
