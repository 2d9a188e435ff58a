import { attr, dataTypes } from '../../graph/attributes.ts';
import { toHalfPrecision } from '../../graph/half-precision.ts';
import { type Tensor, type Tensor2D, tf } from '../../graph/tf.ts';
import type { Model, ParameterSpec } from '../../models/context.ts';
import { Hyper, addAdamW } from './adamw.ts';
import { networkInput } from './inputs.ts';
import { stepFigures, targetLosses, totalLoss } from './loss.ts';
import { type ModelVariables, RecordingContext } from './recording-context.ts';
import type { ProgramSpec, RandomInput } from './spec.ts';
import type { Variables } from './variables.ts';

/** What all fetches of one program are recorded with. */
export interface Recording {
  spec: ProgramSpec;
  model: Model;
  variables: Variables;
  asked: ModelVariables;
  /** The learning rate group of a parameter. */
  group: (parameter: ParameterSpec) => number;
}

export type TrainKind = 'train' | 'train_micro' | 'train_head' | 'train_head_micro';

export const accumulatorName = (parameter: string): string => `accumulated/${parameter}`;

/**
 * Adds a training fetch over `rows` pictures. `train` gives the gradients to the optimizer, `train_micro` adds them up,
 * `train_head` and `train_head_micro` do the same for the head alone. Batch normalisation is in training mode in all of them.
 * @returns the inputs that are to be drawn at random for each step
 */
export function addTrainFetch(
  recording: Recording,
  kind: TrainKind,
  name: string,
  rows: number,
): readonly RandomInput[] {
  const { spec, model, variables, asked } = recording;
  const { backend, graph } = variables;
  const scope = `${name}/`;
  graph.scope = scope;
  const begin = graph.nodes.length;
  const context = new RecordingContext(variables, asked, {
    training: true,
    checkpointing: spec.checkpointing === true,
    scope,
  });
  const hyper = new Hyper(variables, scope, spec.lrGroups);
  const lossFactor = backend.symbol(hyper.lossFactor, { shape: [], dtype: dataTypes.float32 });
  const { pixels, labels } = networkInput(variables, spec, scope, rows);
  const headOnly = kind === 'train_head' || kind === 'train_head_micro';
  const trained = trainedParameters(asked, headOnly);
  // Computed outside the differentiated function, a frozen backbone is a constant to it and keeps nothing.
  const features = headOnly ? model.backbone(pixels, context) : null;
  let figures: Tensor | undefined;
  let backward = begin;
  const { grads } = tf.valueAndGrads((..._parameters: Tensor[]) => {
    const logits: Tensor2D = model.head(features ?? model.backbone(pixels, context), context);
    const losses = targetLosses(logits, labels, spec.targets, spec.labelSmoothing);
    const loss = totalLoss(losses, lossFactor, spec.targetWeights);
    figures = tf.keep(stepFigures(loss, losses));
    backward = graph.nodes.length;
    return loss;
  })(trained.map((parameter) => variables.read(variables.declare(parameter.name, parameter.shape))));
  const updates = trained.map((parameter, i) => {
    const gradient = backend.reference(grads[i]!);
    if (kind === 'train' || kind === 'train_head') {
      return addAdamW(
        variables,
        parameter,
        gradient,
        recording.group(parameter),
        hyper,
        spec.optimizer.beta2,
      );
    }
    const sum = variables.declare(accumulatorName(parameter.name), parameter.shape);
    return variables.update('AssignAddVariableOp', sum, gradient);
  });
  const info = { shape: figures!.shape, dtype: dataTypes.float32 };
  variables.fetch(name, backend.reference(figures!), [...updates, ...context.updates], info);
  figures!.dispose();
  if (spec.precision === 'bfloat16') toHalfPrecision(graph, begin, backward);
  return context.randomInputs;
}

function trainedParameters({ parameters }: ModelVariables, headOnly: boolean): ParameterSpec[] {
  return [...parameters.values()].filter(({ group }) => !headOnly || group === 'head');
}

/** Adds `apply`: the accumulated gradients go to the optimizer and are set back to zero. `apply_head`: the head's alone. */
export function addApply(recording: Recording, name: 'apply' | 'apply_head'): void {
  const { spec, variables, asked } = recording;
  const scope = `${name}/`;
  variables.graph.scope = scope;
  const hyper = new Hyper(variables, scope, spec.lrGroups);
  const done = trainedParameters(asked, name === 'apply_head').map((parameter) => {
    const sum = variables.declare(accumulatorName(parameter.name), parameter.shape);
    const gradient = variables.graph.add({
      op: 'ReadVariableOp',
      inputs: [sum.handle],
      attributes: { dtype: attr.type('float32') },
      outputs: [{ shape: parameter.shape, dtype: dataTypes.float32 }],
    });
    const group = recording.group(parameter);
    const update = addAdamW(variables, parameter, gradient, group, hyper, spec.optimizer.beta2);
    return variables.clear(sum, [update]);
  });
  variables.fetch(name, variables.constants.scalar(1), done);
}
