import { attr, dataTypes } from './attributes.ts';
import type { Graph, OutputInfo } from './graph.ts';

export type ConstantArray = Float32Array | Int32Array | Uint8Array;

/** Uniform arrays of more elements than this become a `Fill`; smaller ones are not worth the extra node. */
const FILL_FROM = 16;

/**
 * The constants of one graph. Equal ones are one node, and uniform ones are a `Fill` of a single number, so that the zeros
 * and ones that gradients start from take no room.
 */
export class ConstantPool {
  readonly #graph: Graph;
  readonly #known = new Map<string, string>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** A reference to a node that has these values. */
  add(values: ConstantArray, { shape, dtype }: OutputInfo): string {
    if (values.length > FILL_FROM && isUniform(values)) return this.#fill(values[0]!, { shape, dtype });
    return this.#constant(values, { shape, dtype });
  }

  scalar(value: number): string {
    return this.#constant(Float32Array.of(value), { shape: [], dtype: dataTypes.float32 });
  }

  shape(shape: readonly number[]): string {
    return this.#constant(Int32Array.from(shape), { shape: [shape.length], dtype: dataTypes.int32 });
  }

  /** float32 elements that are all the same. */
  fill(value: number, shape: readonly number[]): string {
    return this.#fill(value, { shape, dtype: dataTypes.float32 });
  }

  #constant(values: ConstantArray, info: OutputInfo): string {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
    const key = `${info.dtype}/${info.shape.join()}/${Buffer.from(bytes).toString('latin1')}`;
    return this.#once(key, () =>
      this.#graph.add({
        name: `constant_${this.#known.size}`,
        op: 'Const',
        inputs: [],
        attributes: { dtype: typeOf(info.dtype), value: { constant: { ...info, bytes } } },
        outputs: [info],
      }),
    );
  }

  #fill(value: number, info: OutputInfo): string {
    return this.#once(`fill/${info.dtype}/${info.shape.join()}/${value}`, () => {
      const single = info.dtype === dataTypes.float32 ? Float32Array.of(value) : Int32Array.of(value);
      const scalar =
        info.dtype === dataTypes.bool || info.dtype === dataTypes.uint8 ? Uint8Array.of(value) : single;
      return this.#graph.add({
        op: 'Fill',
        inputs: [this.shape(info.shape), this.#constant(scalar, { shape: [], dtype: info.dtype })],
        attributes: { T: typeOf(info.dtype), index_type: attr.type('int32') },
        outputs: [info],
      });
    });
  }

  #once(key: string, add: () => string): string {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = add();
    this.#known.set(key, name);
    return name;
  }
}

/** A type attribute from TensorFlow's number. */
function typeOf(dtype: number): { type: number; value: number } {
  return { ...attr.type('float32'), value: dtype };
}

/** A loop, because `every` calls a function for each of what may be millions of elements. */
function isUniform(values: ConstantArray): boolean {
  for (let i = 1; i < values.length; i++) if (!Object.is(values[i], values[0])) return false;
  return true;
}
