import { type Tensor, tf } from './tf.ts';
import {
  type Attribute,
  type DataTypeName,
  type NativeBinding,
  dataTypes,
  nativeBinding,
} from './attributes.ts';
import { type ConstantArray, ConstantPool } from './constants.ts';
import { Graph, type NodeAttribute, type OutputInfo } from './graph.ts';
import type { Ordering } from './ops/after.ts';
import { inferOutputs } from './shapes/index.ts';

type DataId = object;
type BackendValues = Parameters<InstanceType<typeof tf.KernelBackend>['write']>[0];
type DataType = Parameters<InstanceType<typeof tf.KernelBackend>['write']>[2];
type NamedAttribute = Attribute & { name: string };

/** What the backend knows of a tensor: constants have values until a node needs them, all others are a node's output. */
interface Entry extends OutputInfo {
  values: ConstantArray | null;
  reference: string | null;
  refCount: number;
}

const typeNames: Readonly<Record<number, 'float32' | 'int32' | 'bool'>> = {
  [dataTypes.float32]: 'float32',
  [dataTypes.int32]: 'int32',
  // Only inside TensorFlow; TensorFlow.js sees whole numbers.
  [dataTypes.uint8]: 'int32',
  [dataTypes.int64]: 'int32',
  [dataTypes.bool]: 'bool',
};

/**
 * A TensorFlow.js backend that computes nothing. tfjs-node's kernels run on it unchanged: each asks its backend to execute a
 * TensorFlow op, which here writes a graph node down and infers the output's shape. So ordinary TensorFlow.js code, gradients
 * included, is recorded without memory or device. Use it through {@link recordInto}.
 */
export class GraphBackend extends tf.KernelBackend implements Ordering {
  readonly binding: NativeBinding = nativeBinding();
  readonly tensorMap: InstanceType<typeof tf.DataStorage<Entry>> = new tf.DataStorage<Entry>(
    this,
    tf.engine(),
  );
  #graph = new Graph();
  #constants = new ConstantPool(this.#graph);

  /** Where nodes are written from now on. */
  target(graph: Graph, constants: ConstantPool): void {
    this.#graph = graph;
    this.#constants = constants;
  }

  /** A tensor that stands for a node's output. */
  symbol(reference: string, { shape, dtype }: OutputInfo): Tensor {
    const dataId = {};
    this.tensorMap.set(dataId, { shape, dtype, values: null, reference, refCount: 1 });
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape: [...shape], dtype: typeNames[dtype]! });
  }

  /** The node output that a tensor stands for; a constant becomes a node now. */
  reference(tensor: Tensor): string {
    const entry = this.tensorMap.get(tensor.dataId);
    entry.reference ??= this.#constants.add(entry.values!, entry);
    return entry.reference;
  }

  after(x: Tensor, dependency: Tensor): Tensor {
    const { shape, dtype } = this.tensorMap.get(x.dataId);
    const output = { shape: x.shape.length === shape.length ? shape : x.shape, dtype };
    const name = this.#graph.add({
      op: 'Identity',
      inputs: [this.reference(x), `^${this.reference(dependency).split(':')[0]}`],
      attributes: { T: { type: this.binding.TF_ATTR_TYPE, value: dtype } },
      outputs: [output],
    });
    return this.symbol(name, output);
  }

  // What tfjs-node's kernels ask of their backend:

  executeMultipleOutputs(op: string, named: NamedAttribute[], inputs: Tensor[], count: number): Tensor[] {
    const entries = inputs.map((input) => this.tensorMap.get(input.dataId));
    const attributes: Record<string, NodeAttribute> = {};
    for (const { name, type, value } of named) attributes[name] = { type, value };
    const type: Attribute = {
      type: this.binding.TF_ATTR_TYPE,
      value: entries[0]?.dtype ?? dataTypes.float32,
    };
    // A kernel casts from the type TensorFlow.js knows of; fed bytes are really uint8.
    if (op === 'Cast') attributes['SrcT'] = type;
    // Its kernel leaves the type to the eager runtime to find out; a graph must state it.
    if (op === 'ExpandDims') attributes['T'] = type;
    const outputs = inferOutputs({
      op,
      // A tensor's own shape: reshaping without moving data gives one entry several shapes.
      inputs: inputs.map(({ shape }, i) => ({ shape, dtype: entries[i]!.dtype })),
      attribute: <T>(name: string, fallback?: T): T => {
        const attribute = named.find((candidate) => candidate.name === name);
        return attribute === undefined ? fallback! : (attribute.value as T);
      },
      values: (input) => {
        const { values } = entries[input]!;
        if (values === null) throw new Error(`${op} needs a constant as input ${input}.`);
        return Array.from(values);
      },
    });
    const name = this.#graph.add({
      op,
      inputs: inputs.map((input) => this.reference(input)),
      attributes,
      outputs,
    });
    return outputs.slice(0, count).map((output, i) => this.symbol(i === 0 ? name : `${name}:${i}`, output));
  }

  executeSingleOutput(op: string, attributes: NamedAttribute[], inputs: Tensor[]): Tensor {
    return this.executeMultipleOutputs(op, attributes, inputs, 1)[0]!;
  }

  executeSingleInput(op: string, input: Tensor): Tensor {
    return this.executeSingleOutput(op, [this.#type('T', input.dtype)], [input]);
  }

  createReductionOpAttrs(tensor: Tensor, keepDims = false): NamedAttribute[] {
    return [
      { name: 'keep_dims', type: this.binding.TF_ATTR_BOOL, value: keepDims },
      this.#type('T', tensor.dtype),
      this.#type('Tidx', 'int32'),
    ];
  }

  getDTypeInteger(dtype: string): number {
    return dataTypes[dtype as DataTypeName];
  }

  typeAttributeFromTensor(tensor: Tensor): number {
    return this.getDTypeInteger(tensor.dtype);
  }

  #type(name: string, dtype: string): NamedAttribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value: this.getDTypeInteger(dtype) };
  }

  // What TensorFlow.js asks of any backend:

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(id: DataId, values: BackendValues, shape: number[], dtype: DataType, refCount: number): void {
    if (!(dtype in dataTypes)) throw new Error(`A graph cannot record a constant of type ${dtype}.`);
    const constant = values as ConstantArray;
    this.tensorMap.set(id, {
      shape,
      dtype: this.getDTypeInteger(dtype),
      values: constant,
      reference: null,
      refCount,
    });
  }

  override readSync(dataId: DataId): ConstantArray {
    const { values } = this.tensorMap.get(dataId);
    if (values === null) throw new Error('A recorded tensor has no values: they exist when the graph runs.');
    return values;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.tensorMap.has(dataId)) return true;
    const entry = this.tensorMap.get(dataId);
    entry.refCount -= 1;
    if (!force && entry.refCount > 0) return false;
    this.tensorMap.delete(dataId);
    return true;
  }

  override refCount(dataId: DataId): number {
    return this.tensorMap.has(dataId) ? this.tensorMap.get(dataId).refCount : 0;
  }

  override incRef(dataId: DataId): void {
    this.tensorMap.get(dataId).refCount += 1;
  }

  override numDataIds(): number {
    return this.tensorMap.numDataIds();
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    // Nothing is held outside JavaScript.
  }
}

const NAME = 'graph';

/** The recording backend, registered with tfjs-node's kernels when first asked for. */
export function graphBackend(): GraphBackend {
  const known = tf.engine().findBackend(NAME) as GraphBackend | null;
  if (known !== null) return known;
  const backend = new GraphBackend();
  tf.registerBackend(NAME, () => backend);
  tf.copyRegisteredKernels('tensorflow', NAME);
  return tf.engine().findBackend(NAME) as GraphBackend;
}

/** Runs TensorFlow.js code so that it is written into `graph`; afterwards the backend that was active is so again. */
export function recordInto(
  graph: Graph,
  constants: ConstantPool,
  code: (backend: GraphBackend) => void,
): void {
  const backend = graphBackend();
  const previous = tf.getBackend();
  backend.target(graph, constants);
  tf.setBackend(NAME);
  try {
    tf.tidy(() => {
      code(backend);
    });
  } finally {
    tf.setBackend(previous);
  }
}
