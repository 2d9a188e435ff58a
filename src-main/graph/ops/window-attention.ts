import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../tf.ts';
import { after } from './after.ts';
import {
  type Projections,
  attentionGradient,
  attentionProbabilities,
  batchMatMul,
  joinHeads,
  softmax,
  splitHeads,
  toHeads,
  toRows,
} from './attention.ts';
import { normalised, normalisedAgain, normalisedGradient } from './layer-norm.ts';
import { addBias, biasGradient, matMul } from './linear.ts';
import { type WindowPlan, fromWindows, shiftMask, toWindows } from './windows.ts';
import { withGradient } from './with-gradient.ts';

/** The parameters of {@link windowAttention}. */
export interface WindowAttentionParameters {
  /** Layer normalisation of the input, [c] each, or null: there is none. */
  norm: { gamma: Tensor; beta: Tensor; epsilon: number } | null;
  /** [c, 3c]: queries, keys and values, each by heads */
  wQkv: Tensor2D;
  /** [3c] */
  bQkv: Tensor;
  /** [c, c] */
  wOut: Tensor2D;
  /** [c] */
  bOut: Tensor;
  /** Relative position bias [heads, tokens, tokens], the same for all windows. */
  bias: Tensor;
  /** Cosine attention's factor of each head, [heads, 1, 1]. Null: products are scaled by 1/√d, and nothing is normalised. */
  cosineScale: Tensor | null;
}

/** PyTorch's `F.normalize` divides by no less than 1e-12. */
const LEAST_SQUARE = 1e-24;

/** Vectors of length 1 along the last axis, and what they were multiplied by. */
function unit(x: Tensor4D): { unit: Tensor4D; inverse: Tensor } {
  const inverse = tf.rsqrt(tf.maximum(tf.sum(tf.square(x), -1, true), LEAST_SQUARE));
  return { unit: tf.mul(x, inverse), inverse };
}

/** The gradient that {@link unit} passes on. */
function unitGradient(dy: Tensor, unit: Tensor, inverse: Tensor): Tensor4D {
  const along = tf.sum(tf.mul(dy, unit), -1, true);
  return tf.mul(tf.sub(dy, tf.mul(unit, along)), inverse);
}

/** softmax(q·kᵀ + bias + mask), [n · windows, heads, tokens, tokens] */
function probabilitiesOf({ q, k }: Omit<Projections, 'v'>, bias: Tensor, mask: Tensor4D | null): Tensor4D {
  if (mask === null) return attentionProbabilities({ q, k }, bias);
  const products = batchMatMul(q, k, false, true);
  const both = tf.add(mask, bias);
  const byPicture = tf.reshape(products, [-1, both.size]);
  return softmax(tf.reshape(tf.add(byPicture, tf.reshape(both, [1, both.size])), products.shape));
}

/**
 * Attention within shifted windows (Liu et al. 2021) in one op: x ↦ residual + MultiHead(LayerNorm(x)) of Swin, or with
 * `cosineScale` the MultiHead(x) of SwinV2. For the backward pass it keeps the input (Swin's standardised, without ops of our own), queries, keys,
 * values and probabilities, all but the first by windows; the windows of the input and the heads' output are recomputed. A
 * window that stands over the grid holds zeros there, after the normalisation, and its tokens see them, as in timm.
 * @param x [n, rows, columns, c]
 * @param residual of x's shape; null: the branch alone
 * @param heads divides c
 */
export function windowAttention(
  x: Tensor4D,
  residual: Tensor4D | null,
  plan: WindowPlan,
  heads: number,
  parameters: WindowAttentionParameters,
): Tensor4D {
  const { norm, wQkv, bQkv, wOut, bOut, bias, cosineScale } = parameters;
  const { shape } = x;
  const channels = shape[3];
  const tokens = plan.window[0] * plan.window[1];
  const rootD = 1 / Math.sqrt(channels / heads);
  const withCosine = cosineScale !== null;
  const optional = [residual, norm?.gamma ?? null, norm?.beta ?? null, cosineScale];
  const inputs = [x, wQkv, bQkv, wOut, bOut, bias, ...optional.filter((tensor) => tensor !== null)];
  return withGradient(inputs, (save) => {
    const flat = tf.reshape(x, [-1, channels]) as Tensor2D;
    const normed = norm === null ? null : normalised(flat, norm.gamma, norm.beta, norm.epsilon);
    const rows = toWindows(normed === null ? x : tf.reshape(normed.y, shape), plan);
    const split = splitHeads(addBias(matMul(rows, wQkv), bQkv), [-1, tokens, channels], heads);
    const { v } = split;
    const units = cosineScale === null ? null : { q: unit(split.q), k: unit(split.k) };
    const q = units === null ? tf.mul<Tensor4D>(split.q, rootD) : units.q.unit;
    const k = units === null ? split.k : units.k.unit;
    const scaled = cosineScale === null ? q : tf.mul<Tensor4D>(q, cosineScale);
    const probabilities = probabilitiesOf({ q: scaled, k }, bias, shiftMask(plan));
    const output = toRows(batchMatMul(probabilities, v));
    const branch = fromWindows(addBias(matMul(output, wOut), bOut), plan);
    save([
      ...[q, k, v, probabilities, wQkv, wOut],
      ...(units === null ? [] : [units.q.inverse, units.k.inverse, cosineScale!]),
      ...(normed === null ? [x] : [norm!.gamma, norm!.beta, ...normed.kept]),
    ]);
    return {
      value: residual === null ? branch : tf.add(residual, branch),
      gradient(dy, saved) {
        const dRowsOut = toWindows(dy, plan);
        const [q, k, v, probabilities] = saved.slice(0, 4).map((tensor) => after(tensor, dRowsOut)) as [
          ...[Tensor4D, Tensor4D, Tensor4D, Tensor4D],
        ];
        const [wQkv, wOut, ...rest] = saved.slice(4) as [Tensor, Tensor, ...Tensor[]];
        const [qInverse, kInverse, scale] = withCosine ? rest.splice(0, 3) : [];
        const output = batchMatMul(probabilities, v);
        const dOutput = toHeads(matMul(dRowsOut, wOut, false, true), tokens, heads);
        const queries = scale === undefined ? q : tf.mul<Tensor4D>(q, scale);
        const d = attentionGradient(dOutput, { q: queries, k, v }, probabilities, output);
        const dUnit = scale === undefined ? d.q : tf.mul<Tensor4D>(d.q, scale);
        const dQkv = joinHeads({
          q: scale === undefined ? tf.mul<Tensor4D>(d.q, rootD) : unitGradient(dUnit, q, qInverse!),
          k: scale === undefined ? d.k : unitGradient(d.k, k, kInverse!),
          v: d.v,
        });
        const dInput = fromWindows(matMul(dQkv, wQkv, false, true), plan);
        const [gamma, beta, ...kept] = norm === null ? [] : rest;
        const input =
          gamma === undefined
            ? (after(rest[0]!, dRowsOut) as Tensor4D)
            : (tf.reshape(normalisedAgain(kept, gamma, beta!, dRowsOut), shape) as Tensor4D);
        const backward =
          gamma === undefined
            ? null
            : normalisedGradient(tf.reshape(dInput, [-1, channels]) as Tensor2D, kept, gamma);
        return [
          backward === null ? dInput : tf.reshape(backward.dx, shape),
          matMul(toWindows(input, plan), dQkv, true, false),
          biasGradient(dQkv),
          matMul(toRows(output), dRowsOut, true, false),
          biasGradient(dRowsOut),
          summedOverFirst(d.scores),
          ...(residual === null ? [] : [dy.clone()]),
          ...(backward === null ? [] : [backward.dGamma, backward.dBeta]),
          ...(scale === undefined
            ? []
            : [tf.reshape(tf.sum(summedOverFirst(tf.mul(d.q, q)), [1, 2]), scale.shape)]),
        ];
      },
    };
  });
}

/** The sum over the first axis, as a bias' gradient is one. */
function summedOverFirst(x: Tensor): Tensor {
  const [first, ...others] = x.shape;
  return tf.reshape(biasGradient(tf.reshape(x, [first!, -1])), others);
}
