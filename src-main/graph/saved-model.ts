import { nativeBinding } from './attributes.ts';
import type { Graph, GraphNode, NodeAttribute } from './graph.ts';
import { MessageWriter } from './protobuf.ts';

/** TensorFlow 2.21's GraphDef version; the library refuses graphs from a later one and reads all earlier ones. */
const GRAPH_VERSION = 1882;

/** The tag that the graph is stored and loaded under. */
export const TAG = 'serve';

// Field numbers are those of TensorFlow's .proto files (core/framework and core/protobuf), named before each use.

/** TensorShapeProto: dim = 2 { size = 1 } */
function shapeMessage(shape: readonly number[]): MessageWriter {
  const message = new MessageWriter();
  for (const side of shape) message.message(2, new MessageWriter().integer(1, side));
  return message;
}

/** AttrValue: list = 1, s = 2, i = 3, f = 4, b = 5, type = 6, shape = 7, tensor = 8 */
function attributeMessage(attribute: NodeAttribute): MessageWriter {
  const message = new MessageWriter();
  if ('constant' in attribute) {
    const { shape, dtype, bytes } = attribute.constant;
    // TensorProto: dtype = 1, tensor_shape = 2, tensor_content = 4
    const tensor = new MessageWriter().integer(1, dtype).message(2, shapeMessage(shape)).bytes(4, bytes);
    return message.message(8, tensor);
  }
  const { type, value } = attribute;
  const kinds = nativeBinding();
  if (type === kinds.TF_ATTR_SHAPE) return message.message(7, shapeMessage(value as number[]));
  if (Array.isArray(value)) {
    const list = new MessageWriter();
    for (const item of value) {
      if (type === kinds.TF_ATTR_INT) list.integer(3, item);
      else list.float(4, item);
    }
    return message.message(1, list);
  }
  if (type === kinds.TF_ATTR_STRING) return message.string(2, value as string);
  if (type === kinds.TF_ATTR_INT) return message.integer(3, value as number);
  if (type === kinds.TF_ATTR_FLOAT) return message.float(4, value as number);
  if (type === kinds.TF_ATTR_BOOL) return message.integer(5, Number(value));
  return message.integer(6, value as number);
}

/** A map entry of NodeDef's attr: key = 1, value = 2. The same few make up most of a graph, so they are made once. */
function attributeEntry(
  name: string,
  attribute: NodeAttribute,
  known: Map<string, MessageWriter>,
): MessageWriter {
  const make = (): MessageWriter =>
    new MessageWriter().string(1, name).message(2, attributeMessage(attribute));
  if ('constant' in attribute) return make();
  const key = `${name}/${attribute.type}/${String(attribute.value)}`;
  let entry = known.get(key);
  if (entry === undefined) {
    entry = make();
    known.set(key, entry);
  }
  return entry;
}

/** NodeDef: name = 1, op = 2, input = 3, device = 4, attr = 5 */
function nodeMessage(node: GraphNode, known: Map<string, MessageWriter>): MessageWriter {
  const message = new MessageWriter().string(1, node.name).string(2, node.op);
  for (const input of node.inputs) message.string(3, input);
  if (node.device !== undefined) message.string(4, node.device);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    message.message(5, attributeEntry(name, attribute, known));
  }
  return message;
}

/** The bytes of a `saved_model.pb` that holds the graph. It has no variable files: values are assigned by its fetches. */
export function encodeSavedModel(graph: Graph): Uint8Array {
  // GraphDef: node = 1, versions = 4 { producer = 1 }
  const definition = new MessageWriter();
  const known = new Map<string, MessageWriter>();
  for (const node of graph.nodes) definition.message(1, nodeMessage(node, known));
  definition.message(4, new MessageWriter().integer(1, GRAPH_VERSION));
  // MetaGraphDef: meta_info_def = 1 { tags = 4 }, graph_def = 2
  const meta = new MessageWriter().message(1, new MessageWriter().string(4, TAG)).message(2, definition);
  // SavedModel: saved_model_schema_version = 1, meta_graphs = 2
  return new MessageWriter().integer(1, 1).message(2, meta).finish();
}
