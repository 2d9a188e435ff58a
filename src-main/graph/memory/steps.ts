import { ALIAS, FED, HANDLE, StepKind, type Wiring, forwardingKernels } from './wiring.ts';

/**
 * The steps of a fetch that concern memory, in the order in which TensorFlow's executor takes them: first come, first served. In flat
 * arrays, for a graph has thousands. A step's outputs are those from `firstOutput[step]` to
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

/** Reads a fetch off a recording. Reshapes and the like are their input, and what is there anyway (constants, feeds) is left out. */
export function stepsOf(wiring: Wiring, fetch: string): Steps {
  const order = orderOf(wiring, fetch);
  // The first output of each node among all that are kept, or -1; that of an alias is its input's.
  const places = new Int32Array(wiring.graph.nodes.length).fill(-1);
  const kinds: number[] = [];
  const inputs: number[] = [];
  const variables: number[] = [];
  const readers: number[] = [];
  const takes: number[] = [];
  const fixed: number[] = [];
  const perPicture: number[] = [];
  const [firstOutput, firstInput, firstVariable] = [[0], [0], [0]];
  const names = new Map<string, number>();
  for (const node of order) {
    const kind = wiring.kinds[node]!;
    if (kind === FED) continue;
    const first = inputs.length;
    const firstName = variables.length;
    for (let input = wiring.firstInput[node]!; input < wiring.firstInput[node + 1]!; input++) {
      const from = wiring.inputNode[input]!;
      const output = wiring.inputOutput[input]!;
      if (output === HANDLE) {
        const { name } = wiring.graph.nodes[from]!;
        if (!names.has(name)) names.set(name, names.size);
        variables.push(names.get(name)!);
      } else if (output >= 0 && places[from]! >= 0) inputs.push(places[from]! + output);
    }
    if (kind === ALIAS && inputs.length < first + 2) {
      places[node] = inputs[first] ?? -1;
      inputs.length = first;
      variables.length = firstName;
      continue;
    }
    for (let input = first; input < inputs.length; input++) readers[inputs[input]!]! += 1;
    places[node] = fixed.length;
    const begin = wiring.firstOutput[node]!;
    for (let output = begin; output < wiring.firstOutput[node + 1]!; output++) {
      takes.push(kind === StepKind.Forward ? takenBy(wiring, node, output - begin, places) : OWN);
      fixed.push(wiring.fixed[output]!);
      perPicture.push(wiring.perPicture[output]!);
      readers.push(0);
    }
    kinds.push(kind === ALIAS ? StepKind.Plain : kind);
    firstOutput.push(fixed.length);
    firstInput.push(inputs.length);
    firstVariable.push(variables.length);
  }
  return {
    kinds: new Uint8Array(kinds),
    firstOutput: new Int32Array(firstOutput),
    firstInput: new Int32Array(firstInput),
    inputs: new Int32Array(inputs),
    firstVariable: new Int32Array(firstVariable),
    variables: new Int32Array(variables),
    takes: new Int32Array(takes),
    fixed: new Float64Array(fixed),
    perPicture: new Float64Array(perPicture),
    readers: new Int32Array(readers),
    names: [...names.keys()],
  };
}

/** @param output which of the node's */
function takenBy(wiring: Wiring, node: number, output: number, places: Int32Array): number {
  const kernel = forwardingKernels[wiring.graph.nodes[node]!.op];
  if (kernel === undefined) return output === 0 ? ANY : OWN;
  const input = kernel[output] === undefined ? -1 : wiring.firstInput[node]! + kernel[output];
  if (input === -1 || input >= wiring.firstInput[node + 1]!) return OWN;
  const place = places[wiring.inputNode[input]!]!;
  return place < 0 || wiring.inputOutput[input]! < 0 ? OWN : place + wiring.inputOutput[input]!;
}

/** The same steps, of which those that write certain variables (by their handles' names) take nothing. */
export function without(steps: Steps, variables: ReadonlySet<string>): Steps {
  const kinds = steps.kinds.map((kind, step) => {
    const first = steps.variables[steps.firstVariable[step]!]!;
    return kind === StepKind.Update && variables.has(steps.names[first]!) ? StepKind.None : kind;
  });
  return { ...steps, kinds };
}

/** The nodes that a fetch needs, in the order in which they are computed. */
function orderOf(wiring: Wiring, fetch: string): Int32Array {
  const { graph, firstInput, inputNode, firstFollower, followers } = wiring;
  const end = graph.place(fetch);
  // Inputs come before their nodes, so that one pass from the end finds all that is needed.
  const needed = new Uint8Array(end + 1);
  needed[end] = 1;
  let count = 0;
  for (let node = end; node >= 0; node--) {
    if (needed[node] === 0) continue;
    count += 1;
    for (let input = firstInput[node]!; input < firstInput[node + 1]!; input++) needed[inputNode[input]!] = 1;
  }
  const order = new Int32Array(count);
  const waits = new Int32Array(end + 1);
  let ready = 0;
  for (let node = 0; node <= end; node++) {
    if (needed[node] === 0) continue;
    waits[node] = firstInput[node + 1]! - firstInput[node]!;
    if (waits[node] === 0) order[ready++] = node;
  }
  for (let next = 0; next < ready; next++) {
    const node = order[next]!;
    for (let follower = firstFollower[node]!; follower < firstFollower[node + 1]!; follower++) {
      const place = followers[follower]!;
      if (place > end || needed[place] === 0) continue;
      waits[place]! -= 1;
      if (waits[place] === 0) order[ready++] = place;
    }
  }
  return order;
}
