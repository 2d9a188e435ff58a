import { createRequire } from 'node:module';
import { nativeBinding } from './attributes.ts';
import type { ConstantValue, Graph, GraphNode, NodeAttribute } from './graph.ts';

/** The part of tfjs-node's generated protocol buffers that a SavedModel is written with. */
interface Message {
  serializeBinary(): Uint8Array;
}
interface ShapeMessage extends Message {
  addDim(dim: { setSize(size: number): void }): void;
}
interface TensorMessage extends Message {
  setDtype(dtype: number): void;
  setTensorShape(shape: ShapeMessage): void;
  setTensorContent(bytes: Uint8Array): void;
}
interface AttributeMessage extends Message {
  setS(value: Uint8Array): void;
  setI(value: number): void;
  setF(value: number): void;
  setB(value: boolean): void;
  setType(value: number): void;
  setShape(value: ShapeMessage): void;
  setTensor(value: TensorMessage): void;
  setList(value: { setIList(values: number[]): void; setFList(values: number[]): void }): void;
}
interface NodeMessage extends Message {
  setName(name: string): void;
  setOp(op: string): void;
  setInputList(inputs: string[]): void;
  getAttrMap(): { set(name: string, value: AttributeMessage): void };
}
interface Protocol {
  TensorShape: { new (): ShapeMessage; Dim: new () => { setSize(size: number): void } };
  Tensor: new () => TensorMessage;
  AttrValue: {
    new (): AttributeMessage;
    ListValue: new () => { setIList(values: number[]): void; setFList(values: number[]): void };
  };
  NodeDef: new () => NodeMessage;
  GraphDef: new () => Message & { setNodeList(nodes: NodeMessage[]): void; setVersions(v: Message): void };
  VersionDef: new () => Message & { setProducer(version: number): void };
  MetaGraphDef: {
    new (): Message & { setMetaInfoDef(info: Message): void; setGraphDef(graph: Message): void };
    MetaInfoDef: new () => Message & { addTags(tag: string): void };
  };
  SavedModel: new () => Message & {
    setSavedModelSchemaVersion(version: number): void;
    addMetaGraphs(graph: Message): void;
  };
}

const load = createRequire(__filename);
let loaded: Protocol | undefined;
const protocol = (): Protocol =>
  (loaded ??= load('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js') as Protocol);

/** TensorFlow 2.21's GraphDef version; the library refuses graphs from a later one and reads all earlier ones. */
const GRAPH_VERSION = 1882;

/** The tag that the graph is stored and loaded under. */
export const TAG = 'serve';

function shapeMessage(shape: readonly number[]): ShapeMessage {
  const { TensorShape } = protocol();
  const message = new TensorShape();
  for (const side of shape) {
    const dim = new TensorShape.Dim();
    dim.setSize(side);
    message.addDim(dim);
  }
  return message;
}

function tensorMessage({ shape, dtype, bytes }: ConstantValue): TensorMessage {
  const message = new (protocol().Tensor)();
  message.setDtype(dtype);
  message.setTensorShape(shapeMessage(shape));
  message.setTensorContent(bytes);
  return message;
}

function attributeMessage(attribute: NodeAttribute): AttributeMessage {
  const { AttrValue } = protocol();
  const message = new AttrValue();
  if ('constant' in attribute) {
    message.setTensor(tensorMessage(attribute.constant));
    return message;
  }
  const { type, value } = attribute;
  const kinds = nativeBinding();
  const isList = Array.isArray(value) && type !== kinds.TF_ATTR_SHAPE;
  if (isList) {
    const list = new AttrValue.ListValue();
    if (type === kinds.TF_ATTR_INT) list.setIList(value);
    else list.setFList(value);
    message.setList(list);
  } else if (type === kinds.TF_ATTR_STRING) message.setS(Buffer.from(value as string, 'utf8'));
  else if (type === kinds.TF_ATTR_INT) message.setI(value as number);
  else if (type === kinds.TF_ATTR_FLOAT) message.setF(value as number);
  else if (type === kinds.TF_ATTR_BOOL) message.setB(value as boolean);
  else if (type === kinds.TF_ATTR_TYPE) message.setType(value as number);
  else message.setShape(shapeMessage(value as number[]));
  return message;
}

function nodeMessage({ name, op, inputs, attributes }: GraphNode): NodeMessage {
  const message = new (protocol().NodeDef)();
  message.setName(name);
  message.setOp(op);
  message.setInputList(inputs);
  const map = message.getAttrMap();
  for (const [key, value] of Object.entries(attributes)) map.set(key, attributeMessage(value));
  return message;
}

/** The bytes of a `saved_model.pb` that holds the graph. It has no variable files: values are assigned by its fetches. */
export function encodeSavedModel(graph: Graph): Uint8Array {
  const { GraphDef, MetaGraphDef, SavedModel, VersionDef } = protocol();
  const version = new VersionDef();
  version.setProducer(GRAPH_VERSION);
  const definition = new GraphDef();
  definition.setNodeList(graph.nodes.map(nodeMessage));
  definition.setVersions(version);
  const info = new MetaGraphDef.MetaInfoDef();
  info.addTags(TAG);
  const meta = new MetaGraphDef();
  meta.setMetaInfoDef(info);
  meta.setGraphDef(definition);
  const model = new SavedModel();
  model.setSavedModelSchemaVersion(1);
  model.addMetaGraphs(meta);
  return model.serializeBinary();
}
