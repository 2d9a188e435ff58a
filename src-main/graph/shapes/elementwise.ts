import { tf } from '../tf.ts';
import { dataTypes } from '../attributes.ts';
import { type NodeView, type ShapeRule, rules } from './rule.ts';

function broadcast({ inputs: [a, b] }: NodeView): number[] {
  return tf.backend_util.assertAndGetBroadcastShape([...a!.shape], [...b!.shape]);
}

/** Ops that work on each element by itself. */
export const elementwiseRules: Record<string, ShapeRule> = {
  ...rules(
    'Add AddV2 Sub Mul Div RealDiv DivNoNan FloorDiv FloorMod Maximum Minimum Pow SquaredDifference Atan2',
    (node) => [{ shape: broadcast(node), dtype: node.inputs[0]!.dtype }],
  ),
  ...rules('Equal NotEqual Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr', (node) => [
    { shape: broadcast(node), dtype: dataTypes.bool },
  ]),
  ...rules(
    'Neg Abs Sign Exp Expm1 Log Log1p Erf Erfc Sqrt Rsqrt Square Reciprocal Floor Ceil Round Relu Relu6 Elu Selu ' +
      'LeakyRelu Sigmoid Tanh Softplus Sin Cos Softmax LogSoftmax ZerosLike OnesLike Identity LogicalNot Cumsum',
    ({ inputs: [x] }) => [x!],
  ),
  // Gradients of activations, bias and sums: of the first input's shape.
  ...rules(
    'ReluGrad Relu6Grad EluGrad SigmoidGrad TanhGrad SqrtGrad RsqrtGrad ReciprocalGrad BiasAdd AddN',
    ({ inputs: [x] }) => [x!],
  ),
  Select: ({ inputs: [, x] }) => [x!],
  SelectV2: ({ inputs: [condition, x, y] }) => {
    const { assertAndGetBroadcastShape: both } = tf.backend_util;
    const shape = both([...condition!.shape], both([...x!.shape], [...y!.shape]));
    return [{ shape, dtype: x!.dtype }];
  },
  Cast: (node) => [{ shape: node.inputs[0]!.shape, dtype: node.attribute<number>('DstT') }],
};
