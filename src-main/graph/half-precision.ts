import { type DataTypeName, attr, dataTypes } from './attributes.ts';
import type { Graph, GraphNode } from './graph.ts';
import { inputNode } from './hash.ts';

/**
 * Ops that are given bfloat16: products, in which nearly all of a step's time goes and which processors with AMX and cards with tensor
 * cores do several times as fast. They add up in float32 inside. Depthwise convolutions are bound by memory and gain nothing.
 */
const products: ReadonlySet<string> = new Set([
  ...['MatMul', 'BatchMatMulV2'],
  ...['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
]);

/** Ops that go on in bfloat16 where what they read has just been computed so, and round nothing more than a product's result. */
const followers: ReadonlySet<string> = new Set(['BiasAdd', 'Reshape', 'Transpose', 'Identity']);

/**
 * Mixed precision as a pass over the nodes of one fetch (Micikevicius et al. 2018, "Mixed Precision Training"; Kalamkar et al. 2019, "A
 * Study of BFLOAT16"): products read and give bfloat16, everything else, variables, sums of gradients and the optimizer stay float32.
 * bfloat16 has float32's range, so that gradients need no scaling. Each value is rounded once, whoever reads it, and a node keeps its name,
 * under which its result is float32 as before.
 *
 * What the backward pass reads of the forward pass is kept in bfloat16 where it was computed so or where the forward pass, too, read nothing
 * but the rounded value, and made float32 again only then.
 * @param from place of the fetch's first node
 * @param backward place of the first node of its backward pass
 */
export function toHalfPrecision(graph: Graph, from: number, backward: number): void {
  const rewriting = new Rewriting(graph);
  for (const [i, node] of graph.takeFrom(from).entries()) {
    if (i === backward - from) rewriting.turn();
    rewriting.add(node);
  }
  withoutUnreadCasts(graph, from);
}

/** A copy in float32 that nobody reads would still be a node in TensorFlow's session, and take its share of memory there. */
function withoutUnreadCasts(graph: Graph, from: number): void {
  const nodes = graph.takeFrom(from);
  const read = new Set(nodes.flatMap(({ inputs }) => inputs.map(inputNode)));
  for (const node of nodes) if (node.op !== 'Cast' || read.has(node.name)) graph.add(node);
}

class Rewriting {
  readonly #graph: Graph;
  /** The bfloat16 values of outputs, by reference. */
  readonly #halves = new Map<string, string>();
  /** Of those, the ones that were computed so, and from the backward pass on the ones that nothing but products has read. */
  readonly #computed = new Set<string>();
  /** Nodes of the forward pass; null until all are known. */
  #forward: ReadonlySet<string> | null = null;
  /** Float32 values of the forward pass, made again in the backward pass. */
  readonly #again = new Map<string, string>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The backward pass begins. */
  turn(): void {
    const { nodes } = this.#graph;
    this.#forward = new Set(nodes.map(({ name }) => name));
    const rounding = new Set(this.#halves.values());
    const exact = new Set(nodes.flatMap(({ name, inputs }) => (rounding.has(name) ? [] : inputs)));
    // Queries, keys, values and probabilities of attention: their gradients are those of what was computed with them.
    for (const reference of this.#halves.keys()) if (!exact.has(reference)) this.#computed.add(reference);
  }

  add(node: GraphNode): void {
    const [first] = node.inputs;
    const follows = followers.has(node.op) && first !== undefined && this.#computed.has(first);
    const [output] = node.outputs;
    if (!((products.has(node.op) && !this.#isSum(node)) || follows) || output?.dtype !== dataTypes.float32) {
      this.#graph.add({ ...node, inputs: this.#waits(node.inputs.map((input) => this.#kept(input, node))) });
      return;
    }
    const half = this.#graph.add({
      ...node,
      name: `${node.name}/half`,
      inputs: this.#waits(node.inputs.map((input) => (this.#isFloat(input) ? this.#half(input) : input))),
      attributes: { ...node.attributes, T: attr.type('bfloat16') },
      outputs: [{ shape: output.shape, dtype: dataTypes.bfloat16 }],
    });
    this.#cast(node.name, half, 'bfloat16', 'float32');
    this.#halves.set(node.name, half);
    this.#computed.add(node.name);
  }

  /** Who waits for a value waits for it as it was computed: its copy in float32 is made for readers alone. */
  #waits(inputs: readonly string[]): string[] {
    return inputs.map((input) => {
      const name = input.slice(1);
      return input.startsWith('^') && this.#computed.has(name) ? `^${this.#halves.get(name)!}` : input;
    });
  }

  /** What an op in float32 reads: in the backward pass not a result in float32 that would have to be kept from the forward pass. */
  #kept(input: string, { op, inputs }: GraphNode): string {
    const forward = this.#forward;
    if (forward === null || !forward.has(inputNode(input))) return input;
    const half = this.#halves.get(input);
    // Whether a value is above zero rounding does not change.
    const same = this.#computed.has(input) || (op === 'ReluGrad' && input === inputs[1]);
    if (half === undefined || !same || !forward.has(half)) return input;
    const known = this.#again.get(input);
    if (known !== undefined) return known;
    const gradient = inputs.find((other) => this.#isGradient(other, forward));
    if (gradient === undefined) return input;
    // Waiting for the gradient, or else TensorFlow finds that the forward pass had the same, and keeps that.
    const waiting = this.#graph.add({
      ...{ name: `${input}/kept`, op: 'Identity', inputs: [half, `^${inputNode(gradient)}`] },
      attributes: { T: attr.type('bfloat16') },
      outputs: [this.#outputOf(half)],
    });
    const again = this.#cast(`${input}/again`, waiting, 'bfloat16', 'float32');
    this.#again.set(input, again);
    return again;
  }

  /** Computed in the backward pass from what comes there: TensorFlow drops what waits for a constant. */
  #isGradient(input: string, forward: ReadonlySet<string>): boolean {
    if (input.startsWith('^') || forward.has(inputNode(input))) return false;
    const { op } = this.#graph.nodes[this.#graph.place(inputNode(input))]!;
    return op !== 'Const' && op !== 'Fill';
  }

  #half(reference: string): string {
    const known = this.#halves.get(reference);
    if (known !== undefined) return known;
    const name = this.#cast(
      `${this.#graph.scope}${reference.replace(':', '_')}/rounded`,
      reference,
      'float32',
      'bfloat16',
    );
    this.#halves.set(reference, name);
    return name;
  }

  #cast(name: string, input: string, from: DataTypeName, to: DataTypeName): string {
    const { shape } = this.#outputOf(input);
    return this.#graph.add({
      ...{ name, op: 'Cast', inputs: [input] },
      attributes: { SrcT: attr.type(from), DstT: attr.type(to) },
      outputs: [{ shape, dtype: dataTypes[to] }],
    });
  }

  /** Means over an axis and their like are products with a column where there are no kernels of our own: to be exact, and not slow. */
  #isSum({ op, inputs, outputs }: GraphNode): boolean {
    const shapes = [
      outputs[0]!,
      ...inputs.filter((input) => this.#isFloat(input)).map((input) => this.#outputOf(input)),
    ];
    return op === 'MatMul' && shapes.some(({ shape }) => shape.includes(1));
  }

  #isFloat(input: string): boolean {
    return !input.startsWith('^') && this.#outputOf(input).dtype === dataTypes.float32;
  }

  #outputOf(reference: string): GraphNode['outputs'][number] {
    const [, index = '0'] = reference.split(':');
    return this.#graph.nodes[this.#graph.place(inputNode(reference))]!.outputs[Number(index)]!;
  }
}
