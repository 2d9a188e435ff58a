import { createHash } from 'node:crypto';
import type { Graph, GraphNode } from './graph.ts';

/** The name of the node that an input refers to. */
export function inputNode(input: string): string {
  const colon = input.lastIndexOf(':');
  return input.slice(input.startsWith('^') ? 1 : 0, colon === -1 ? undefined : colon);
}

/** What a fetch needs, in the graph's order. */
export function subgraph(graph: Graph, fetch: string): GraphNode[] {
  const needed = new Set<string>([fetch]);
  const open = [fetch];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const text of graph.nodes[graph.place(name)]!.inputs) {
      const input = inputNode(text);
      if (needed.has(input)) continue;
      needed.add(input);
      open.push(input);
    }
  }
  return graph.nodes.filter(({ name }) => needed.has(name));
}

/**
 * SHA-256 of what a fetch computes: its operations, attributes, constants and wiring. Generated names do not count, so that
 * the same fetch hashes alike whatever else its graph holds; the names of inputs and variables do.
 */
export function fetchHash(graph: Graph, fetch: string): string {
  const hash = createHash('sha256');
  const places = new Map<string, number>();
  const nodes = new Map(subgraph(graph, fetch).map((node) => [node.name, node]));
  // Numbered by first use from the fetch back: shared constants stand where the first fetch put them.
  const visit = (name: string): number => {
    const known = places.get(name);
    if (known !== undefined) return known;
    const node = nodes.get(name)!;
    const inputs = node.inputs.map((input) =>
      input.replace(inputNode(input), String(visit(inputNode(input)))),
    );
    const place = places.size;
    places.set(name, place);
    const named = ['Placeholder', 'VarHandleOp'].includes(node.op) ? node.name : '';
    hash.update(JSON.stringify([place, node.op, named, inputs, attributesOf(node)]));
    return place;
  };
  visit(fetch);
  return hash.digest('hex');
}

function attributesOf({ attributes }: GraphNode): unknown[] {
  return Object.entries(attributes).map(([name, attribute]) =>
    'constant' in attribute
      ? [
          name,
          attribute.constant.shape,
          attribute.constant.dtype,
          Buffer.from(attribute.constant.bytes).toString('base64'),
        ]
      : [name, attribute.type, attribute.value],
  );
}
