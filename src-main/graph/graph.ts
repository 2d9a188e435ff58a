import type { Attribute } from './attributes.ts';

/** Shape and type (TensorFlow's number) of one output of a node. Every shape is known when a graph is recorded. */
export interface OutputInfo {
  shape: readonly number[];
  dtype: number;
}

/** The content of a `Const` node. */
export interface ConstantValue extends OutputInfo {
  bytes: Uint8Array;
}

export type NodeAttribute = Attribute | { constant: ConstantValue };

/** One operation: plain data, so that passes can walk and rewrite a graph. */
export interface GraphNode {
  name: string;
  op: string;
  /** `node`, `node:output` for outputs after the first, `^node` for a control dependency (these come last). */
  inputs: string[];
  attributes: Readonly<Record<string, NodeAttribute>>;
  outputs: readonly OutputInfo[];
  /** Where it must run, such as `/device:CPU:0`; without it TensorFlow chooses. */
  device?: string;
}

/** A graph as it is being recorded: nodes in an order in which each comes after its inputs. */
export class Graph {
  readonly nodes: GraphNode[] = [];
  readonly #places = new Map<string, number>();
  /** Prefix of the names given from here on, such as `train/`. */
  scope = '';

  /**
   * Adds a node.
   * @param name without it one is made of the scope, the op and a number
   * @returns the node's name, which is also the reference to its first output
   */
  add(node: Omit<GraphNode, 'name'> & { name?: string }): string {
    const name = node.name ?? `${this.scope}${node.op}_${this.nodes.length}`;
    if (this.#places.has(name)) throw new Error(`Two nodes are named "${name}".`);
    this.#places.set(name, this.nodes.length);
    this.nodes.push({ ...node, name });
    return name;
  }

  /** Takes all nodes from a place on out, for a pass to add them anew. */
  takeFrom(place: number): GraphNode[] {
    const taken = this.nodes.splice(place);
    for (const { name } of taken) this.#places.delete(name);
    return taken;
  }

  /** Where in `nodes` the node of a name is. @throws Error where there is none */
  place(name: string): number {
    const place = this.#places.get(name);
    if (place === undefined) throw new Error(`The graph has no node "${name}".`);
    return place;
  }
}
