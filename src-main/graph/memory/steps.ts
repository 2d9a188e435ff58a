import type { Graph, GraphNode, OutputInfo } from '../graph.ts';
import { inputNode, subgraph } from '../hash.ts';

/** What a tensor takes: `fixed + perPicture × pictures` bytes. */
export interface TensorBytes {
  fixed: number;
  perPicture: number;
}

/** What a step does to memory. */
export const StepKind = { Plain: 0, Forward: 1, Read: 2, Update: 3, None: 4 } as const;
type StepKind = (typeof StepKind)[keyof typeof StepKind];

/**
 * The steps of a fetch that concern memory, in the order in which TensorFlow's executor takes them: first come, first served. In flat
 * arrays, for they are gone through some hundred times. A step's outputs are those from `firstOutput[step]` to
 * `firstOutput[step + 1]`, and likewise its inputs (outputs of other steps) and variables.
 */
export interface Steps {
  kinds: Uint8Array;
  firstOutput: Int32Array;
  firstInput: Int32Array;
  inputs: Int32Array;
  firstVariable: Int32Array;
  /** Places in `names`. */
  variables: Int32Array;
  /** Of kind Forward: the one input whose memory an output may take, {@link ANY} of the step's, or {@link OWN} memory alone. */
  takes: Int32Array;
  /** What each output takes: `fixed + perPicture × pictures` bytes. */
  fixed: Float64Array;
  perPicture: Float64Array;
  /** How often each output is read. */
  readers: Int32Array;
  /** Variables that are read or written, by name. */
  names: readonly string[];
}

/** In {@link Steps.takes}. */
export const ANY = -1;
export const OWN = -2;

/** One node of a fetch. */
interface Node {
  kind: StepKind | 'alias' | 'fed';
  op: string;
  outputs: readonly OutputInfo[];
  /** Nodes and which of their outputs. */
  inputs: { from: number; output: number }[];
  variables: string[];
}

/** Bytes of one element by TensorFlow's type number: float32, int32, uint8, int64, bool; handles take none. */
const elementBytes: Readonly<Record<number, number>> = { 1: 4, 3: 4, 4: 1, 9: 8, 10: 1, 20: 0 };

/** Their output is their first input's memory. */
const aliasing = new Set(['Reshape', 'Identity', 'ExpandDims', 'Squeeze', 'StopGradient']);

/** Their output is there anyway. */
const fed = new Set(['Const', 'Placeholder', 'VarHandleOp']);

/** Kernels that write into an input's memory when nobody else needs it: TensorFlow's element-wise ones, and a few more. */
const forwarding = new Set([
  ...['Add', 'AddV2', 'Sub', 'Mul', 'RealDiv', 'Div', 'Maximum', 'Minimum', 'SquaredDifference', 'Pow'],
  ...['Neg', 'Square', 'Sqrt', 'Rsqrt', 'Exp', 'Log', 'Log1p', 'Erf', 'Sigmoid', 'Tanh', 'Reciprocal', 'Abs'],
  ...['Relu', 'Relu6', 'ReluGrad', 'Relu6Grad', 'BiasAdd', 'Softmax', 'LogSoftmax', 'SigmoidGrad', 'AddN'],
]);

/** The same for ops of our own, which name one input for each such output: places in the node's list of inputs. */
const forwardingKernels: Readonly<Record<string, readonly number[]>> = {
  GranaryLayerNormGrad: [0],
  GranaryGeluGrad: [0],
  GranaryGeluBackward: [0, 1],
  GranaryScaleAdd: [1],
  GranaryScaleSum: [0],
};

/**
 * Reads a fetch off a recording. Reshapes and the like are their input, and what is there anyway (constants, feeds) is left out.
 * @param batch the recording's number of pictures: a prime that no other dimension is a multiple of, so that whatever it divides
 *   grows with the batch
 */
export function stepsOf(graph: Graph, fetch: string, batch: number): Steps {
  const { nodes, order } = nodesOf(graph, fetch);
  // The first output of each node among all that are kept, or -1; that of an alias is its input's.
  const places = new Int32Array(nodes.length).fill(-1);
  const kinds: number[] = [];
  const inputs: number[] = [];
  const variables: number[] = [];
  const readers: number[] = [];
  const takes: number[] = [];
  const fixed: number[] = [];
  const perPicture: number[] = [];
  const [firstOutput, firstInput, firstVariable] = [[0], [0], [0]];
  const names = new Map<string, number>();
  for (const place of order) {
    const node = nodes[place]!;
    if (node.kind === 'fed') continue;
    const first = inputs.length;
    for (const { from, output } of node.inputs) if (places[from]! >= 0) inputs.push(places[from]! + output);
    if (node.kind === 'alias' && inputs.length < first + 2) {
      places[place] = inputs[first] ?? -1;
      inputs.length = first;
      continue;
    }
    for (let input = first; input < inputs.length; input++) readers[inputs[input]!]! += 1;
    for (const name of node.variables) {
      if (!names.has(name)) names.set(name, names.size);
      variables.push(names.get(name)!);
    }
    places[place] = fixed.length;
    for (const [output, info] of node.outputs.entries()) {
      const bytes = tensorBytes(info, batch);
      takes.push(takenBy(node, output, places));
      fixed.push(bytes.fixed);
      perPicture.push(bytes.perPicture);
      readers.push(0);
    }
    kinds.push(node.kind === 'alias' ? StepKind.Plain : node.kind);
    firstOutput.push(fixed.length);
    firstInput.push(inputs.length);
    firstVariable.push(variables.length);
  }
  return {
    kinds: Uint8Array.from(kinds),
    firstOutput: Int32Array.from(firstOutput),
    firstInput: Int32Array.from(firstInput),
    inputs: Int32Array.from(inputs),
    firstVariable: Int32Array.from(firstVariable),
    variables: Int32Array.from(variables),
    takes: Int32Array.from(takes),
    fixed: Float64Array.from(fixed),
    perPicture: Float64Array.from(perPicture),
    readers: Int32Array.from(readers),
    names: [...names.keys()],
  };
}

function takenBy({ kind, op, inputs }: Node, output: number, places: Int32Array): number {
  if (kind !== StepKind.Forward) return OWN;
  const kernel = forwardingKernels[op];
  if (kernel === undefined) return output === 0 ? ANY : OWN;
  const input = kernel[output] === undefined ? undefined : inputs[kernel[output]];
  return input === undefined || places[input.from]! < 0 ? OWN : places[input.from]! + input.output;
}

/** The same steps, of which those that write certain variables (by their handles' names) take nothing. */
export function without(steps: Steps, variables: ReadonlySet<string>): Steps {
  const kinds = steps.kinds.map((kind, step) => {
    const first = steps.variables[steps.firstVariable[step]!]!;
    return kind === StepKind.Update && variables.has(steps.names[first]!) ? StepKind.None : kind;
  });
  return { ...steps, kinds };
}

/** What a fetch needs, and the order in which it is computed. */
function nodesOf(graph: Graph, fetch: string): { nodes: Node[]; order: number[] } {
  const needed = subgraph(graph, fetch);
  const places = new Map(needed.map((node, place) => [node.name, place]));
  const waits = new Int32Array(needed.length);
  const followers: number[][] = needed.map(() => []);
  const nodes = needed.map(({ op, outputs, inputs: texts }, place): Node => {
    const inputs: Node['inputs'] = [];
    const variables: string[] = [];
    for (const text of texts) {
      const from = places.get(inputNode(text))!;
      followers[from]!.push(place);
      waits[place]! += 1;
      if (text.startsWith('^')) continue;
      if (needed[from]!.op === 'VarHandleOp') variables.push(needed[from]!.name);
      else inputs.push({ from, output: outputIndex(text) });
    }
    return { kind: kindOf(op), op, outputs, inputs, variables };
  });
  const order = [...nodes.keys()].filter((place) => waits[place] === 0);
  for (let next = 0; next < order.length; next++)
    for (const follower of followers[order[next]!]!) {
      waits[follower]! -= 1;
      if (waits[follower] === 0) order.push(follower);
    }
  return { nodes, order };
}

function kindOf(op: GraphNode['op']): Node['kind'] {
  if (aliasing.has(op)) return 'alias';
  if (fed.has(op)) return 'fed';
  if (op === 'ReadVariableOp') return StepKind.Read;
  if (op.startsWith('ResourceApply') || /^Assign\w*VariableOp$/.test(op)) return StepKind.Update;
  return forwarding.has(op) || op in forwardingKernels ? StepKind.Forward : StepKind.Plain;
}

/** What a tensor of a recording takes for any number of pictures. */
export function tensorBytes({ shape, dtype }: OutputInfo, batch: number): TensorBytes {
  let bytes = elementBytes[dtype] ?? 4;
  let grows = false;
  for (const side of shape) {
    bytes *= side;
    if (side > 0 && side % batch === 0) grows = true;
  }
  return grows ? { fixed: 0, perPicture: bytes / batch } : { fixed: bytes, perPicture: 0 };
}

function outputIndex(input: string): number {
  const colon = input.lastIndexOf(':');
  return colon === -1 ? 0 : Number(input.slice(colon + 1));
}
