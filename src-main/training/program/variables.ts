import { type Attribute, attr, dataTypes } from '../../graph/attributes.ts';
import type { GraphBackend } from '../../graph/backend.ts';
import type { ConstantPool } from '../../graph/constants.ts';
import type { Graph, OutputInfo } from '../../graph/graph.ts';
import type { Tensor } from '../../graph/tf.ts';

const RESOURCE: OutputInfo = { shape: [], dtype: 20 };

/** A float32 resource variable in the graph. */
export interface Variable {
  name: string;
  shape: readonly number[];
  /** The node that names it. */
  handle: string;
}

/**
 * The variables of one graph, and the nodes that read, assign and load them.
 */
export class Variables {
  readonly graph: Graph;
  readonly backend: GraphBackend;
  readonly constants: ConstantPool;
  readonly #variables = new Map<string, Variable>();
  readonly #reads = new Map<string, Tensor>();

  constructor(graph: Graph, backend: GraphBackend, constants: ConstantPool) {
    this.graph = graph;
    this.backend = backend;
    this.constants = constants;
  }

  /** The variable of that name, made when first asked for. */
  declare(name: string, shape: readonly number[]): Variable {
    const known = this.#variables.get(name);
    if (known !== undefined) return known;
    const handle = this.graph.add({
      name: `variable/${name}`,
      op: 'VarHandleOp',
      inputs: [],
      attributes: {
        dtype: attr.type('float32'),
        shape: attr.shape([...shape]),
        shared_name: attr.string(name),
        container: attr.string(''),
      },
      outputs: [RESOURCE],
    });
    const variable = { name, shape, handle };
    this.#variables.set(name, variable);
    return variable;
  }

  /** The variable's value before the step; one tensor however often it is asked for. */
  read(variable: Variable): Tensor {
    const known = this.#reads.get(variable.name);
    if (known !== undefined) return known;
    const info = { shape: variable.shape, dtype: dataTypes.float32 };
    const node = this.graph.add({
      name: readNode(variable.name),
      op: 'ReadVariableOp',
      inputs: [variable.handle],
      attributes: { dtype: attr.type('float32') },
      outputs: [info],
    });
    const tensor = this.backend.symbol(node, info);
    this.#reads.set(variable.name, tensor);
    return tensor;
  }

  /** `variable = value`, and the like; a node that others may wait for. */
  update(
    op: 'AssignVariableOp' | 'AssignAddVariableOp' | 'AssignSubVariableOp',
    variable: Variable,
    value: string,
    after: readonly string[] = [],
  ): string {
    return this.graph.add({
      op,
      inputs: [variable.handle, value, ...after.map((node) => `^${node}`)],
      attributes: { dtype: attr.type('float32') },
      outputs: [],
    });
  }

  /** `variable = 0` */
  clear(variable: Variable, after: readonly string[] = []): string {
    return this.update('AssignVariableOp', variable, this.constants.fill(0, variable.shape), after);
  }

  /**
   * Adds a fetch that assigns to each variable what is fed to `value/<name>`, to all of them in one call. The values are
   * copied: an assigned variable would otherwise live on in the caller's array, and training would write there.
   */
  addLoad(fetch: string, variables: readonly Variable[]): void {
    const done = variables.map((variable) => {
      const copy = this.graph.add({
        op: 'DeepCopy',
        inputs: [this.placeholder(valueNode(variable.name), 'float32', variable.shape)],
        attributes: { T: attr.type('float32') },
        outputs: [{ shape: variable.shape, dtype: dataTypes.float32 }],
      });
      return this.update('AssignVariableOp', variable, copy);
    });
    this.fetch(fetch, this.constants.scalar(1), done);
  }

  /** A placeholder's node. */
  placeholder(name: string, type: 'float32' | 'int32' | 'uint8', shape: readonly number[]): string {
    return this.graph.add({
      name,
      op: 'Placeholder',
      inputs: [],
      attributes: { dtype: attr.type(type), shape: attr.shape([...shape]) },
      outputs: [{ shape, dtype: dataTypes[type] }],
    });
  }

  /** A placeholder as a tensor. */
  input(name: string, type: 'float32' | 'int32' | 'uint8', shape: readonly number[]): Tensor {
    return this.backend.symbol(this.placeholder(name, type, shape), { shape, dtype: dataTypes[type] });
  }

  /** A node that gives `value` once all of `after` are done. */
  fetch(name: string, value: string, after: readonly string[], info: OutputInfo = SCALAR): void {
    const type: Attribute = { ...attr.type('float32'), value: info.dtype };
    this.graph.add({
      name,
      op: 'Identity',
      inputs: [value, ...after.map((node) => `^${node}`)],
      attributes: { T: type },
      outputs: [info],
    });
  }
}

const SCALAR: OutputInfo = { shape: [], dtype: dataTypes.float32 };

export const readNode = (name: string): string => `read/${name}`;
export const valueNode = (name: string): string => `value/${name}`;
