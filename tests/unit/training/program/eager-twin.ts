import { EagerContext } from '../../../../src-main/models/eager-context.ts';
import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../../../../src-main/graph/tf.ts';
import { augmentPixels } from '../../../../src-main/preprocess/augment-graph.ts';
import { targetLosses, totalLoss } from '../../../../src-main/training/program/loss.ts';
import type {
  LrGrouping,
  OptimizerFeeds,
  RecordedProgram,
  TrainFeeds,
} from '../../../../src-main/training/program/index.ts';
import { type TinyModel, tinyModels } from './specs.ts';

/**
 * The same training step op by op, with AdamW written from its paper in double precision: what a compiled step has to equal.
 * Weights live in arrays, by name.
 */
export class EagerTwin {
  readonly values: Map<string, Float32Array>;
  readonly #recorded: RecordedProgram;
  readonly #lrGroupOf: LrGrouping;
  readonly #first = new Map<string, Float64Array>();
  readonly #second = new Map<string, Float64Array>();
  #step = 0;

  constructor(recorded: RecordedProgram, lrGroupOf: LrGrouping, values: ReadonlyMap<string, Float32Array>) {
    this.#recorded = recorded;
    this.#lrGroupOf = lrGroupOf;
    this.values = new Map([...values].map(([name, array]) => [name, array.slice()]));
  }

  /** Loss and gradients of a batch in training mode; the running statistics move. */
  gradients(batch: TrainFeeds): { loss: number; gradients: Map<string, Float32Array> } {
    const { spec, parameters, statistics } = this.#recorded;
    const classes = spec.targets.reduce((sum, count) => sum + count, 0);
    const model = tinyModels[spec.arch as TinyModel]({ classes, ...spec.size });
    let result: { loss: number; gradients: Map<string, Float32Array> } | undefined;
    tf.tidy(() => {
      const tensors = new Map<string, Tensor>(
        [...parameters, ...statistics].map(({ name, shape }) => [
          name,
          tf.tensor(this.values.get(name)!, [...shape]),
        ]),
      );
      const rows = batch.labels.length / spec.targets.length;
      const bytes = tf.tensor4d(Int32Array.from(batch.pixels), [
        rows,
        spec.pixels.height,
        spec.pixels.width,
        3,
      ]);
      const view = augmentPixels(
        bytes,
        tf.tensor2d(batch.transforms, [rows, 8]),
        tf.tensor2d(batch.lighting, [rows, 2]),
        spec.size,
      );
      const { mean, std } = spec.normalise;
      const input = tf.div(tf.sub(view, tf.tensor1d([...mean])), tf.tensor1d([...std])) as Tensor4D;
      const labels = tf.tensor2d(batch.labels, [rows, spec.targets.length], 'int32') as Tensor2D;
      const context = new EagerContext(true, {
        valueOf: ({ name }) => tensors.get(name)!,
        random: (_, shape) => tf.fill([...shape], 0.5),
      });
      const { value, grads } = tf.valueAndGrads(() => {
        const logits = model.head(model.backbone(input, context), context);
        // Outside the gradient's own scope they would be gone.
        for (const tensor of context.updates.values()) tf.keep(tensor);
        const losses = targetLosses(logits, labels, spec.targets, spec.labelSmoothing);
        return totalLoss(losses, tf.scalar(1 / batch.lossScale), spec.targetWeights);
      })(parameters.map(({ name }) => tensors.get(name)!));
      for (const [name, tensor] of context.updates) {
        this.values.set(name, tensor.dataSync() as Float32Array);
        tensor.dispose();
      }
      const arrays = grads.map((tensor) => tensor.dataSync() as Float32Array);
      result = {
        loss: value.dataSync()[0]!,
        gradients: new Map(parameters.map(({ name }, i) => [name, arrays[i]!])),
      };
    });
    return result!;
  }

  /** One AdamW step as PyTorch takes it: decay first, bias correction by the β1 of this step. */
  apply(gradients: ReadonlyMap<string, Float32Array>, { lr, beta1, weightDecay }: OptimizerFeeds): void {
    const { beta2, epsilon } = this.#recorded.spec.optimizer;
    const groupOf = this.#lrGroupOf(this.#recorded.parameters);
    this.#step += 1;
    for (const parameter of this.#recorded.parameters) {
      const values = this.values.get(parameter.name)!;
      const gradient = gradients.get(parameter.name)!;
      const first = moment(this.#first, parameter.name, values.length);
      const second = moment(this.#second, parameter.name, values.length);
      const rate = lr[groupOf(parameter)]!;
      for (let i = 0; i < values.length; i++) {
        const g = gradient[i]!;
        first[i] = beta1 * first[i]! + (1 - beta1) * g;
        second[i] = beta2 * second[i]! + (1 - beta2) * g * g;
        const corrected = first[i]! / (1 - beta1 ** this.#step);
        const root = Math.sqrt(second[i]! / (1 - beta2 ** this.#step)) + epsilon;
        const decayed = values[i]! * (parameter.decay ? 1 - rate * weightDecay : 1);
        values[i] = decayed - (rate * corrected) / root;
      }
    }
  }
}

function moment(moments: Map<string, Float64Array>, name: string, length: number): Float64Array {
  const known = moments.get(name) ?? new Float64Array(length);
  moments.set(name, known);
  return known;
}
