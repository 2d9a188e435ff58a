import type { Graph, OutputInfo } from '../graph.ts';

/** What a tensor takes: `fixed + perPicture × pictures` bytes. */
export interface TensorBytes {
  fixed: number;
  perPicture: number;
}

/** What a step does to memory. */
export const StepKind = { Plain: 0, Forward: 1, Read: 2, Update: 3, None: 4 } as const;
/** Nodes whose output is their first input's memory. */
export const ALIAS = 5;
/** Nodes whose output is there anyway. */
export const FED = 6;

/** In {@link Wiring.inputOutput}. */
export const CONTROL = -1;
export const HANDLE = -2;

/**
 * A recording read once for all of its fetches: nodes by their place in the graph, edges in flat arrays, what each output takes.
 * A node's inputs are those from `firstInput[node]` to `firstInput[node + 1]`, and likewise its followers and outputs.
 */
export interface Wiring {
  graph: Graph;
  /** A StepKind, {@link ALIAS} or {@link FED}. */
  kinds: Uint8Array;
  firstInput: Int32Array;
  /** The node that each input comes from. */
  inputNode: Int32Array;
  /** Which of its outputs; {@link CONTROL} where it is only waited for, {@link HANDLE} where it names a variable. */
  inputOutput: Int32Array;
  firstFollower: Int32Array;
  /** Nodes that read or wait for a node, once for each input. */
  followers: Int32Array;
  firstOutput: Int32Array;
  fixed: Float64Array;
  perPicture: Float64Array;
}

/** Bytes of one element by TensorFlow's type number: float32, int32, uint8, int64, bool, bfloat16; handles take none. */
const elementBytes: Readonly<Record<number, number>> = { 1: 4, 3: 4, 4: 1, 9: 8, 10: 1, 14: 2, 20: 0 };

const aliasing = ['Reshape', 'Identity', 'ExpandDims', 'Squeeze', 'StopGradient'];
const fed = ['Const', 'Placeholder', 'VarHandleOp'];

/** Kernels that write into an input's memory when nobody else needs it: TensorFlow's element-wise ones, and a few more. */
const forwarding = [
  ...['Add', 'AddV2', 'Sub', 'Mul', 'RealDiv', 'Div', 'Maximum', 'Minimum', 'SquaredDifference', 'Pow'],
  ...['Neg', 'Square', 'Sqrt', 'Rsqrt', 'Exp', 'Log', 'Log1p', 'Erf', 'Sigmoid', 'Tanh', 'Reciprocal', 'Abs'],
  ...['Relu', 'Relu6', 'ReluGrad', 'Relu6Grad', 'BiasAdd', 'Softmax', 'LogSoftmax', 'SigmoidGrad', 'AddN'],
];

/** The same for ops of our own, which name one input for each such output: places in the node's list of inputs. */
export const forwardingKernels: Readonly<Record<string, readonly number[]>> = {
  GranaryLayerNormGrad: [0],
  GranaryGeluGrad: [0],
  GranaryGeluBackward: [0, 1],
  GranaryScaleAdd: [1],
  GranaryScaleSum: [0],
};

const knownKinds = new Map<string, number>([
  ...aliasing.map((op) => [op, ALIAS] as const),
  ...fed.map((op) => [op, FED] as const),
  ...[...forwarding, ...Object.keys(forwardingKernels)].map((op) => [op, StepKind.Forward] as const),
  ['ReadVariableOp', StepKind.Read],
]);

/**
 * Reads a recording, whose nodes come after their inputs.
 * @param batch the recording's number of pictures: a prime that no other dimension is a multiple of, so that whatever it divides
 *   grows with the batch
 */
export function wiringOf(graph: Graph, batch: number): Wiring {
  const { nodes } = graph;
  const count = nodes.length;
  const edges = nodes.reduce((sum, { inputs }) => sum + inputs.length, 0);
  const tensors = nodes.reduce((sum, { outputs }) => sum + outputs.length, 0);
  const wiring = {
    ...{ graph, kinds: new Uint8Array(count) },
    firstInput: new Int32Array(count + 1),
    inputNode: new Int32Array(edges),
    inputOutput: new Int32Array(edges),
    firstOutput: new Int32Array(count + 1),
    fixed: new Float64Array(tensors),
    perPicture: new Float64Array(tensors),
  };
  let [input, output] = [0, 0];
  for (let place = 0; place < count; place++) {
    const node = nodes[place]!;
    wiring.kinds[place] = kindOf(node.op);
    wiring.firstInput[place] = input;
    for (const text of node.inputs) {
      const [name, index] = reference(text);
      const from = graph.place(name);
      wiring.inputNode[input] = from;
      wiring.inputOutput[input] = index !== CONTROL && nodes[from]!.op === 'VarHandleOp' ? HANDLE : index;
      input += 1;
    }
    wiring.firstOutput[place] = output;
    for (const info of node.outputs) {
      const { fixed, perPicture } = tensorBytes(info, batch);
      wiring.fixed[output] = fixed;
      wiring.perPicture[output] = perPicture;
      output += 1;
    }
  }
  wiring.firstInput[count] = input;
  wiring.firstOutput[count] = output;
  return { ...wiring, ...followersOf(wiring) };
}

function followersOf({
  firstInput,
  inputNode,
}: Pick<Wiring, 'firstInput' | 'inputNode'>): Pick<Wiring, 'firstFollower' | 'followers'> {
  const count = firstInput.length - 1;
  const firstFollower = new Int32Array(count + 1);
  for (const from of inputNode) firstFollower[from + 1]! += 1;
  for (let place = 0; place < count; place++) firstFollower[place + 1]! += firstFollower[place]!;
  const next = firstFollower.slice();
  const followers = new Int32Array(inputNode.length);
  for (let place = 0; place < count; place++)
    for (let input = firstInput[place]!; input < firstInput[place + 1]!; input++)
      followers[next[inputNode[input]!]!++] = place;
  return { firstFollower, followers };
}

/** The node that an input refers to, and which of its outputs. */
function reference(text: string): [name: string, output: number] {
  if (text.startsWith('^')) return [text.slice(1), CONTROL];
  const colon = text.lastIndexOf(':');
  return colon === -1 ? [text, 0] : [text.slice(0, colon), Number(text.slice(colon + 1))];
}

function kindOf(op: string): number {
  const known = knownKinds.get(op);
  if (known !== undefined) return known;
  return op.startsWith('ResourceApply') || /^Assign\w*VariableOp$/.test(op)
    ? StepKind.Update
    : StepKind.Plain;
}

/** What a tensor of a recording takes for any number of pictures. */
function tensorBytes({ shape, dtype }: OutputInfo, batch: number): TensorBytes {
  let bytes = elementBytes[dtype] ?? 4;
  let grows = false;
  for (const side of shape) {
    bytes *= side;
    if (side > 0 && side % batch === 0) grows = true;
  }
  return grows ? { fixed: 0, perPicture: bytes / batch } : { fixed: bytes, perPicture: 0 };
}
