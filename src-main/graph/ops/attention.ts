import { type Tensor, type Tensor2D, type Tensor3D, type Tensor4D, tf } from '../tf.ts';
import { attr } from '../attributes.ts';
import { after } from './after.ts';
import { normalised, normalisedAgain, normalisedGradient } from './layer-norm.ts';
import { addBias, biasGradient, matMul } from './linear.ts';
import { rawOp, rawOps } from './raw-op.ts';
import { withGradient } from './with-gradient.ts';

/** Products of the last two axes, either factor taken transposed, for each of the leading axes. No gradient. */
export function batchMatMul(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor4D {
  return rawOp(
    'BatchMatMulV2',
    { T: attr.type('float32'), adj_x: attr.bool(transposeA), adj_y: attr.bool(transposeB) },
    [a, b],
  );
}

/** Queries (already divided by √d), keys and values, each [n, heads, tokens, d]. */
export interface Projections {
  q: Tensor4D;
  k: Tensor4D;
  v: Tensor4D;
}

/**
 * The softmax of all queries' products with all keys. No gradient.
 * @param bias added to the products before the softmax; anything that broadcasts to [n, heads, tokens, tokens], or null
 */
export function attentionProbabilities({ q, k }: Omit<Projections, 'v'>, bias: Tensor | null): Tensor4D {
  const products = batchMatMul(q, k, false, true);
  return softmax(bias === null ? products : tf.add(products, bias));
}

/** Over the last axis. No gradient. */
export function softmax(scores: Tensor): Tensor4D {
  return rawOp('Softmax', { T: attr.type('float32') }, [scores]);
}

/**
 * The gradients of softmax(q·kᵀ + bias)·v. `scores`: of the softmax's input, which is the bias' gradient before it is summed
 * to its shape.
 * @param output what was computed, with which the softmax's gradient needs one sum over d and none over the tokens
 */
export function attentionGradient(
  dOutput: Tensor4D,
  { q, k, v }: Projections,
  probabilities: Tensor4D,
  output: Tensor4D,
): Projections & { scores: Tensor4D } {
  const dProbabilities = batchMatMul(dOutput, v, false, true);
  const along = tf.sum(tf.mul(dOutput, output), -1, true);
  const scores = tf.mul(probabilities, tf.sub(dProbabilities, along)) as Tensor4D;
  return {
    q: batchMatMul(scores, k),
    k: batchMatMul(scores, q, true, false),
    v: batchMatMul(probabilities, dOutput, true, false),
    scores,
  };
}

/** The parameters of {@link normAttention}. */
export interface NormAttentionParameters {
  /** [c] */
  gamma: Tensor;
  /** [c] */
  beta: Tensor;
  epsilon: number;
  /** [c, 3c]: queries, keys and values, each by heads */
  wQkv: Tensor2D;
  /** [3c] */
  bQkv: Tensor;
  /** [c, c] */
  wOut: Tensor2D;
  /** [c] */
  bOut: Tensor;
  /** Layer scale [c] on the branch's output, or null. */
  scale: Tensor | null;
}

/** [rows, 3c] → queries, keys, values. Taken apart along the first axis, which copies nothing. */
export function splitHeads(
  qkv: Tensor,
  [n, tokens, channels]: readonly number[],
  heads: number,
): Projections {
  const parts = tf.transpose(tf.reshape(qkv, [n!, tokens!, 3, heads, channels! / heads]), [2, 0, 3, 1, 4]);
  const attributes = { num: attr.int(3), T: attr.type('float32'), axis: attr.int(0) };
  const [q, k, v] = rawOps('Unpack', attributes, [parts], 3) as [Tensor4D, Tensor4D, Tensor4D];
  return { q, k, v };
}

/** The inverse of {@link splitHeads}, for gradients. */
export function joinHeads({ q, k, v }: Projections): Tensor2D {
  const [n, heads, tokens, d] = q.shape;
  return tf.reshape(tf.transpose(tf.stack([q, k, v]), [1, 3, 0, 2, 4]), [n * tokens, 3 * heads * d]);
}

/** [n, heads, tokens, d] → [n · tokens, heads · d] */
export function toRows(x: Tensor4D): Tensor2D {
  const [n, heads, tokens, d] = x.shape;
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [n * tokens, heads * d]);
}

/** The inverse of {@link toRows}: [n · tokens, heads · d] → [n, heads, tokens, d] */
export function toHeads(rows: Tensor, tokens: number, heads: number): Tensor4D {
  const d = rows.shape.at(-1)! / heads;
  return tf.transpose(tf.reshape(rows, [-1, tokens, heads, d]), [0, 2, 1, 3]);
}

/**
 * A whole residual branch in one op: x ↦ residual + scale · (MultiHead(LayerNorm(x)·wQkv + bQkv)·wOut + bOut), self-attention
 * (Vaswani et al. 2017) with normalisation before it. For the backward pass it keeps the input (standardised, without ops of our own), queries, keys,
 * values and probabilities; the normalised input and the heads' output are recomputed. The layer scale is taken into wOut,
 * which is narrower than the tokens.
 * @param x [n, tokens, c]
 * @param residual of x's shape; null: the branch alone
 * @param heads divides c
 */
export function normAttention(
  x: Tensor3D,
  residual: Tensor3D | null,
  heads: number,
  parameters: NormAttentionParameters,
): Tensor3D {
  const { gamma, beta, epsilon, wQkv, bQkv, wOut, bOut, scale } = parameters;
  const { shape } = x;
  const [, tokens, channels] = shape;
  const rootD = 1 / Math.sqrt(channels / heads);
  const withScale = scale !== null;
  const inputs = [x, gamma, beta, wQkv, bQkv, wOut, bOut];
  return withGradient([...inputs, ...[residual, scale].filter((tensor) => tensor !== null)], (save) => {
    const normed = normalised(tf.reshape(x, [-1, channels]) as Tensor2D, gamma, beta, epsilon);
    const { q: raw, k, v } = splitHeads(addBias(matMul(normed.y, wQkv), bQkv), shape, heads);
    const q = tf.mul(raw, rootD) as Tensor4D;
    const probabilities = attentionProbabilities({ q, k }, null);
    const rows = toRows(batchMatMul(probabilities, v));
    const scaled = (tensor: Tensor): Tensor => (scale === null ? tensor : tf.mul(tensor, scale));
    const branch: Tensor3D = tf.reshape(addBias(matMul(rows, scaled(wOut)), scaled(bOut)), shape);
    const kept = [q, k, v, probabilities, gamma, beta, wQkv, wOut, bOut];
    save([...kept, ...(scale === null ? [] : [scale]), ...normed.kept]);
    return {
      value: residual === null ? branch : (tf.add(residual, branch) as Tensor3D),
      gradient(dyNd, saved) {
        const dy = tf.reshape(dyNd, [-1, channels]);
        const [q, k, v, probabilities] = saved.slice(0, 4).map((tensor) => after(tensor, dy)) as [
          ...[Tensor4D, Tensor4D, Tensor4D, Tensor4D],
        ];
        const [gamma, beta, wQkv, wOut, bOut] = saved.slice(4, 9) as [
          ...[Tensor, Tensor, Tensor, Tensor, Tensor],
        ];
        const rest = saved.slice(9);
        const scale = withScale ? rest.shift()! : null;
        const output = batchMatMul(probabilities, v);
        const product = matMul(toRows(output), dy, true, false);
        const dyTotal = biasGradient(dy);
        const dRows = matMul(dy, scale === null ? wOut : tf.mul(wOut, scale), false, true);
        const dOutput = toHeads(dRows, tokens, heads);
        const d = attentionGradient(dOutput, { q, k, v }, probabilities, output);
        const dQkv = joinHeads({ ...d, q: tf.mul(d.q, rootD) as Tensor4D });
        const dNormalised = matMul(dQkv, wQkv, false, true);
        const { dx, dGamma, dBeta } = normalisedGradient(dNormalised, rest, gamma);
        return [
          tf.reshape(dx, shape),
          dGamma,
          dBeta,
          matMul(normalisedAgain(rest, gamma, beta, dy), dQkv, true, false),
          biasGradient(dQkv),
          scale === null ? product : tf.mul(product, scale),
          scale === null ? dyTotal : tf.mul(dyTotal, scale),
          ...(residual === null ? [] : [dyNd.clone()]),
          ...(scale === null ? [] : [tf.add(biasGradient(tf.mul(product, wOut)), tf.mul(dyTotal, bOut))]),
        ];
      },
    };
  });
}
