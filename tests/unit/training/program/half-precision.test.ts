import { describe, expect, it } from 'vitest';
import { dataTypes } from '../../../../src-main/graph/attributes.ts';
import { inputNode, subgraph } from '../../../../src-main/graph/hash.ts';
import { withStandardOps } from '../../../../src-main/graph/ops/index.ts';
import { RECORDED_BATCH, RunForecast, fetchesOf } from '../../../../src-main/training/memory/run-forecast.ts';
import { seeded } from '../../graph/finite-differences.ts';
import { type TinyModel, batchOf, recordTiny, startTiny, tinyModels } from './specs.ts';

const families = Object.keys(tinyModels) as TinyModel[];
const products = ['MatMul', 'BatchMatMulV2', 'Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'];
type Precision = 'float32' | 'bfloat16';

/** Loss and gradients of one micro-batch, and what evaluation says before it. */
function trained(family: TinyModel, precision: Precision) {
  const changes = {
    train: false,
    accumulate: true,
    targets: [3],
    precision,
    checkpointing: family === 'vit',
  };
  const program = startTiny(family, changes);
  const batch = { ...batchOf(program.spec, 4, 1), random: seeded(1) };
  const { logits } = program.evaluate(batch);
  const { loss } = program.trainMicro(batch);
  const gradients = program.accumulated();
  program.dispose();
  return { loss, gradients, logits };
}

function allOf({ gradients }: ReturnType<typeof trained>): Float32Array {
  return Float32Array.from([...gradients.values()].flatMap((values) => [...values]));
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number =>
    x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe.each(families)('%s in half precision', (family) => {
  it('computes every product of a step in bfloat16, and nothing else but what goes on from them', () => {
    const nodes = subgraph(recordTiny(family, { precision: 'bfloat16' }).graph, 'train');
    const halves = nodes.filter(({ outputs }) => outputs[0]?.dtype === dataTypes.bfloat16);
    const of = (op: string): number => nodes.filter((node) => node.op === op).length;
    expect(halves.filter(({ op }) => products.includes(op))).toHaveLength(
      products.reduce((sum, op) => sum + of(op), 0),
    );
    const others = ['Cast', 'Identity', 'BiasAdd', 'Reshape', 'Transpose'];
    for (const { op } of halves) expect([...products, ...others]).toContain(op);
    // No value is rounded twice.
    const rounded = halves.filter(({ op }) => op === 'Cast').map(({ inputs }) => inputs[0]);
    expect(new Set(rounded).size).toBe(rounded.length);
  });

  it('evaluates as in float32, with gradients that point the same way', () => {
    const [whole, half] = [trained(family, 'float32'), trained(family, 'bfloat16')];
    expect(half.logits).toEqual(whole.logits);
    expect(Math.abs(half.loss - whole.loss)).toBeLessThan(0.02);
    expect(half.loss).not.toBe(whole.loss);
    expect(cosine(allOf(half), allOf(whole))).toBeGreaterThan(0.98);
  });
});

it.each(['vit', 'convnext', 'swin'] as const)(
  '%s keeps its means exact where they are products, as on a card',
  (family) =>
    withStandardOps(() => {
      const nodes = subgraph(recordTiny(family, { precision: 'bfloat16' }).graph, 'train');
      const matMuls = nodes.filter(({ op }) => op === 'MatMul');
      const sums = matMuls.filter(({ outputs }) => outputs[0]!.shape.includes(1));
      expect(sums.length).toBeGreaterThan(4);
      expect(new Set(sums.map(({ outputs }) => outputs[0]!.dtype))).toEqual(new Set([dataTypes.float32]));
      expect(matMuls.length).toBeGreaterThan(sums.length);
      const [whole, half] = [trained(family, 'float32'), trained(family, 'bfloat16')];
      expect(cosine(allOf(half), allOf(whole))).toBeGreaterThan(0.98);
    }),
);

it.each(['vit', 'swin', 'swinv2'] as const)(
  '%s keeps of attention, too, half of what products read, and no copy in float32 beside it',
  (family) => {
    const activations = (precision: Precision): number => {
      const many = { microBatch: RECORDED_BATCH, evalBatch: RECORDED_BATCH, accumulate: true };
      const forecast = new RunForecast(fetchesOf(recordTiny(family, { ...many, precision })));
      const { mostLive, resident } = forecast.peak(64, false, false);
      return mostLive - resident;
    };
    // What layer norm reads stays in float32.
    expect(activations('bfloat16')).toBeLessThan(0.7 * activations('float32'));
  },
);

it('leaves no cast that nobody reads', () => {
  const { graph } = recordTiny('vit', { precision: 'bfloat16', checkpointing: true, accumulate: true });
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs.map(inputNode)));
  const casts = graph.nodes.filter(({ op, name }) => op === 'Cast' && name.startsWith('train'));
  expect(casts.length).toBeGreaterThan(50);
  expect(casts.filter(({ name }) => !read.has(name))).toEqual([]);
});

it('leaves a graph in float32 as it was', () => {
  const ops = recordTiny('convnext', {}).graph.nodes.flatMap(({ outputs }) =>
    outputs.map(({ dtype }) => dtype),
  );
  expect(ops).not.toContain(dataTypes.bfloat16);
});
