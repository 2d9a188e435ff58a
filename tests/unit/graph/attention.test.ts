import { describe, expect, it } from 'vitest';
import * as ops from '../../../src-main/graph/ops/index.ts';
import { type Tensor, type Tensor2D, type Tensor3D, tf } from '../../../src-main/graph/tf.ts';
import { gradientError, randomTensor, seeded } from './finite-differences.ts';
import { recorded, relativeError, withGradients } from './record.ts';

const [batch, tokens, channels, heads] = [2, 5, 6, 3];
const epsilon = 1e-6;

/** x, gamma, beta, wQkv, bQkv, wOut, bOut, residual, scale */
function attentionInputs(): Tensor[] {
  const next = seeded();
  const shapes = [[channels], [channels], [channels, 3 * channels], [3 * channels], [channels, channels]];
  const x = [batch, tokens, channels];
  return [x, ...shapes, [channels], x, [channels]].map((shape) => randomTensor(shape, next));
}

const attention =
  (withResidual: boolean, withScale: boolean) =>
  (...[x, gamma, beta, wQkv, bQkv, wOut, bOut, residual, scale]: Tensor[]): Tensor3D =>
    ops.normAttention(x as Tensor3D, withResidual ? (residual as Tensor3D) : null, heads, {
      ...{ gamma: gamma!, beta: beta!, epsilon, bQkv: bQkv!, bOut: bOut! },
      ...{ wQkv: wQkv as Tensor2D, wOut: wOut as Tensor2D, scale: withScale ? scale! : null },
    });

/** x, gamma, beta, w1, b1, w2, b2, residual, scale */
function mlpInputs(): Tensor[] {
  const next = seeded();
  const [x, c, hidden] = [[batch, tokens, channels], [channels], 12];
  return [x, c, c, [channels, hidden], [hidden], [hidden, channels], c, x, c].map((shape) =>
    randomTensor(shape, next),
  );
}

const mlp =
  (withResidual: boolean, withScale: boolean) =>
  (...[x, gamma, beta, w1, b1, w2, b2, residual, scale]: Tensor[]): Tensor =>
    ops.normMlp(x!, withResidual ? residual! : null, {
      ...{ gamma: gamma!, beta: beta!, epsilon, b1: b1!, b2: b2! },
      ...{ w1: w1 as Tensor2D, w2: w2 as Tensor2D, scale: withScale ? scale! : null },
    });

/** Only the inputs that the variant reads: the gradient of another does not exist. */
const variants = [true, false].flatMap((residual) =>
  [true, false].map((scale) => {
    const used = (inputs: Tensor[]): Tensor[] =>
      inputs.filter((_, i) => (i !== 7 || residual) && (i !== 8 || scale));
    const whole = (inputs: Tensor[]): Tensor[] =>
      residual || !scale ? inputs : [...inputs.slice(0, 7), inputs[0]!, ...inputs.slice(7)];
    return { residual, scale, used, whole };
  }),
);

describe.each(variants)('residual $residual, scale $scale', ({ residual, scale, used, whole }) => {
  const cases = [
    ['normAttention', attention(residual, scale), attentionInputs],
    ['normMlp', mlp(residual, scale), mlpInputs],
  ] as const;

  it.each(cases)('%s: the gradient agrees with central differences', (_, f, inputs) => {
    expect(gradientError((...t) => f(...whole(t)), used(inputs()))).toBeLessThan(1e-2);
  });

  it.each(cases)('%s: recorded, it computes what it computes eagerly', (_, f, inputs) => {
    const given = used(inputs());
    const all = withGradients((...t) => f(...whole(t)), randomTensor([batch, tokens, channels], seeded(5)));
    const { run, shapes } = recorded(all, given);
    const eager = all(...given);
    expect(shapes).toEqual(eager.map(({ shape }) => shape));
    run().forEach((output, i) => {
      expect(relativeError(output, eager[i]!.dataSync() as Float32Array, 1e-3)).toBeLessThan(1e-4);
    });
  });
});

it('normAttention is its parts one after the other', () => {
  const inputs = attentionInputs();
  const [x, gamma, beta, wQkv, bQkv, wOut, bOut, residual, scale] = inputs as [
    Tensor3D,
    ...Tensor[],
  ] as Tensor[];
  const rows = ops.layerNorm(x!, gamma!, beta!, epsilon).reshape<Tensor2D>([-1, channels]);
  const qkv = ops.linear(rows, wQkv as Tensor2D, bQkv!).reshape([batch, tokens, 3, heads, channels / heads]);
  const [q, k, v] = tf.unstack(tf.transpose(qkv, [2, 0, 3, 1, 4])) as [Tensor, Tensor, Tensor];
  const weights = tf.softmax(tf.matMul(q, k, false, true).div(Math.sqrt(channels / heads)));
  const mixed = tf.transpose(tf.matMul(weights, v), [0, 2, 1, 3]).reshape<Tensor2D>([-1, channels]);
  const branch = ops.linear(mixed, wOut as Tensor2D, bOut!).reshape([batch, tokens, channels]);
  const expected = ops.scaleAdd(residual!, branch, scale!);
  const difference = tf.max(tf.abs(tf.sub(attention(true, true)(...inputs), expected)));
  expect(difference.dataSync()[0]).toBeLessThan(1e-5);
});

it('what the backward pass of normAttention recomputes waits for its gradient', () => {
  const f = attention(true, false);
  const { graph } = recorded(
    (...t) => tf.grads((...xs) => tf.sum(f(...xs)))(t),
    attentionInputs().slice(0, 8),
  );
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  const nodeOf = (input: string) => byName.get(input.split(':')[0]!)!;
  // Forward q·kᵀ and P·v; backward P·v again, and four gradients.
  const products = graph.nodes.filter(({ op }) => op === 'BatchMatMulV2');
  expect(products).toHaveLength(7);
  const backward = products.slice(2);
  const held = (input: string): boolean => nodeOf(input).inputs.some((of) => of.startsWith('^'));
  for (const { inputs } of backward) expect(inputs.some(held), inputs.join()).toBe(true);
});
