import { dataTypes } from '../../graph/attributes.ts';
import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../../graph/tf.ts';
import { networkInput } from './inputs.ts';
import { targetLosses, totalLoss } from './loss.ts';
import { RecordingContext } from './recording-context.ts';
import type { Recording } from './train-fetches.ts';

/** Adds `eval` (logits) and `eval/loss`, with running statistics. Test-time augmentation is the same with other transforms. */
export function addEvaluation({ spec, model, variables, asked }: Recording): void {
  const { backend, graph } = variables;
  graph.scope = 'eval/';
  const context = new RecordingContext(variables, asked, {
    training: false,
    checkpointing: false,
    scope: 'eval/',
  });
  const { pixels, labels } = networkInput(variables, spec, 'eval/', spec.evalBatch);
  const logits = model.head(model.backbone(pixels, context), context);
  const losses = targetLosses(logits, labels, spec.targets, 0).map(({ loss }) => loss);
  const table = tf.stack(losses, 1);
  variables.fetch('eval', backend.reference(logits), [], { shape: logits.shape, dtype: dataTypes.float32 });
  variables.fetch('eval/loss', backend.reference(table), [], {
    shape: table.shape,
    dtype: dataTypes.float32,
  });
}

export const gradientNode = (parameter: string): string => `grad/of/${parameter}`;

/**
 * Adds `forward` (logits), and `grad` (the mean loss) with `grad/of/<parameter>`, for float input that is what the network
 * sees: normalised, NHWC. Evaluation mode throughout.
 */
export function addFloatFetches({ spec, model, variables, asked }: Recording, rows: number): void {
  const { backend, graph } = variables;
  graph.scope = 'grad/';
  const context = new RecordingContext(variables, asked, {
    training: false,
    checkpointing: spec.checkpointing === true,
    scope: 'grad/',
  });
  const shape = [rows, spec.size.height, spec.size.width, 3];
  const input = variables.input('grad/input', 'float32', shape) as Tensor4D;
  const labels = variables.input('grad/labels', 'int32', [rows, spec.targets.length]) as Tensor2D;
  const parameters = [...asked.parameters.values()];
  let logits: Tensor | undefined;
  const { value, grads } = tf.valueAndGrads((..._parameters: Tensor[]) => {
    const output = model.head(model.backbone(input, context), context);
    logits = tf.keep(output.clone());
    const losses = targetLosses(output, labels, spec.targets, 0);
    return totalLoss(losses, tf.scalar(1 / rows), spec.targetWeights);
  })(parameters.map(({ name, shape }) => variables.read(variables.declare(name, shape))));
  variables.fetch('forward', backend.reference(logits!), [], {
    shape: logits!.shape,
    dtype: dataTypes.float32,
  });
  parameters.forEach(({ name, shape }, i) => {
    const info = { shape, dtype: dataTypes.float32 };
    variables.fetch(gradientNode(name), backend.reference(grads[i]!), [], info);
  });
  variables.fetch(
    'grad',
    backend.reference(value),
    parameters.map(({ name }) => gradientNode(name)),
  );
  logits!.dispose();
}
