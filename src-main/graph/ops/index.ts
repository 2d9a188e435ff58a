/**
 * The layers that models are made of. Each is a plain function that computes on the backend `tensorflow` and records on the
 * backend `graph`, with a gradient written by hand that keeps little. Other TensorFlow.js functions may be mixed in freely.
 */
export { after } from './after.ts';
export { type NormAttentionParameters, normAttention } from './attention.ts';
export { type BatchNormResult, batchNorm } from './batch-norm.ts';
export { type ConvolutionOptions, conv2d, depthwiseConv2d } from './conv2d.ts';
export { gelu } from './gelu.ts';
export { withStandardOps } from './kernels.ts';
export { layerNorm } from './layer-norm.ts';
export { linear } from './linear.ts';
export { normMlp } from './norm-mlp.ts';
export type { Padding } from './padding.ts';
export { avgPool, globalAveragePool, maxPool } from './pool.ts';
export { rawOp, rawOps } from './raw-op.ts';
export { recompute } from './recompute.ts';
export { relu, relu6 } from './relu.ts';
export { type ResponseNormParameters, responseNormMlp } from './response-norm-mlp.ts';
export { scaleAdd } from './scale-add.ts';
export { softmaxCrossEntropy } from './softmax-cross-entropy.ts';
export { hardSwish, silu } from './swish.ts';
export { type WindowAttentionParameters, windowAttention } from './window-attention.ts';
export { type Sides, type WindowPlan, fromWindows, shiftMask, toWindows } from './windows.ts';
export { withGradient } from './with-gradient.ts';
export { attr } from '../attributes.ts';
