import type { Graph, GraphNode, OutputInfo } from '../graph.ts';
import { inputNode, subgraph } from '../hash.ts';

/** What a tensor takes: `fixed + perPicture × pictures` bytes. */
export interface TensorBytes {
  fixed: number;
  perPicture: number;
}

/** One node of a fetch, as far as memory is concerned. Outputs and variables are places in lists. */
export interface Step {
  name: string;
  kind: 'alias' | 'fed' | 'read' | 'update' | 'forward' | 'plain';
  /** Of kind 'forward': for each output the inputs whose memory it may take. Outputs beyond the list take their own. */
  takes: readonly (readonly number[])[];
  outputs: TensorBytes[];
  firstOutput: number;
  inputs: number[];
  /** Names of variables that it reads or writes. */
  variables: string[];
}

/** The steps of a fetch in the order in which TensorFlow's executor takes them: first come, first served. */
export interface Steps {
  steps: Step[];
  /** How often each output is read. */
  readers: Int32Array;
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
 * Reads a fetch off a recording.
 * @param batch the recording's number of pictures: a prime that no other dimension is a multiple of, so that whatever it divides
 *   grows with the batch
 */
export function stepsOf(graph: Graph, fetch: string, batch: number): Steps {
  const nodes = subgraph(graph, fetch);
  const places = new Map(nodes.map((node, place) => [node.name, place]));
  let outputs = 0;
  const steps = nodes.map(({ name, op, outputs: infos }): Step => {
    const firstOutput = outputs;
    outputs += infos.length;
    const sizes = infos.map((info) => tensorBytes(info, batch));
    return { name, kind: kindOf(op), takes: [], outputs: sizes, firstOutput, inputs: [], variables: [] };
  });
  const waits = new Int32Array(nodes.length);
  const followers: number[][] = nodes.map(() => []);
  const readers = new Int32Array(outputs);
  nodes.forEach((node, place) => {
    const step = steps[place]!;
    for (const input of node.inputs) {
      const from = places.get(inputNode(input))!;
      followers[from]!.push(place);
      waits[place]! += 1;
      if (input.startsWith('^')) continue;
      if (nodes[from]!.op === 'VarHandleOp') step.variables.push(nodes[from]!.name);
      else {
        const output = steps[from]!.firstOutput + outputIndex(input);
        step.inputs.push(output);
        readers[output]! += 1;
      }
    }
    if (step.kind === 'forward')
      step.takes = forwardingKernels[node.op]?.map((input) => [step.inputs[input]!]) ?? [step.inputs];
  });
  const order = [...steps.keys()].filter((place) => waits[place] === 0);
  for (let next = 0; next < order.length; next++)
    for (const follower of followers[order[next]!]!) {
      waits[follower]! -= 1;
      if (waits[follower] === 0) order.push(follower);
    }
  return { steps: order.map((place) => steps[place]!), readers };
}

/** The same steps, of which those that write certain variables (by their handles' names) take nothing. */
export function without({ steps, readers }: Steps, variables: ReadonlySet<string>): Steps {
  return {
    steps: steps.map((step) =>
      step.kind === 'update' && variables.has(step.variables[0]!) ? { ...step, kind: 'fed' } : step,
    ),
    readers,
  };
}

function kindOf(op: GraphNode['op']): Step['kind'] {
  if (aliasing.has(op)) return 'alias';
  if (fed.has(op)) return 'fed';
  if (op === 'ReadVariableOp') return 'read';
  if (op.startsWith('ResourceApply') || /^Assign\w*VariableOp$/.test(op)) return 'update';
  return forwarding.has(op) || op in forwardingKernels ? 'forward' : 'plain';
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
