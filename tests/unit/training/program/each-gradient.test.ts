import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decodeSafetensors, float32Values, int32Values } from '../../../../shared/safetensors/index.ts';
import { type Tensor, type Tensor4D, tf } from '../../../../src-main/graph/tf.ts';
import type { ParameterSpec, StatisticSpec } from '../../../../src-main/models/context.ts';
import { EagerContext } from '../../../../src-main/models/eager-context.ts';
import { toTensorFlowLayout } from '../../../../src-main/models/layout.ts';
import { Program, recordProgram } from '../../../../src-main/training/program/index.ts';
import { targetLosses, totalLoss } from '../../../../src-main/training/program/loss.ts';
import { relativeError } from '../../graph/record.ts';
import { parityCases } from '../../models/parity-cases.ts';
import { smallSpec, stemApart } from './specs.ts';

const CLASSES = 5;
const fixtures = join(__dirname, '..', '..', '..', 'fixtures', 'models');

/**
 * Compiled, eager, and timm in double precision, on values that lie clear of every activation's bend. Where a value lies so close
 * to one that rounding carries it across, a gradient jumps, and no bound holds: the fixtures are drawn so that none does.
 */
it.each([
  ['convnext', 1e-5],
  ['convnextv2', 1e-5],
  ['resnet_bottleneck_d', 1e-5],
  ['efficientnet', 1e-5],
  ['vit', 1e-5],
  ['swin', 1e-5],
  // Cosine attention multiplies by up to 100 before its softmax, and rounding with it: eagerly it is as far from the truth.
  ['swinv2', 1e-4],
])('%s: each parameter’s gradient, compiled, is the eager one and timm’s, within %f', (name, bound) => {
  const { tensors } = decodeSafetensors(new Uint8Array(readFileSync(join(fixtures, `${name}.safetensors`))));
  const stored = (key: string): Float32Array => float32Values(tensors.get(key)!);
  const [rows, channels, height, width] = tensors.get('x')!.shape as [number, number, number, number];
  const size = { height, width };
  const settings = { targets: [CLASSES], train: false, floatBatch: rows, labelSmoothing: 0 };
  const model = parityCases[name]!;
  const spec = smallSpec(name, { ...settings, size, pixels: size });
  const recorded = recordProgram(spec, stemApart, model);
  const valueOf = (spec: ParameterSpec | StatisticSpec): Float32Array => {
    const values = stored(`weight:${spec.name}`);
    return 'layout' in spec ? toTensorFlowLayout(spec, values) : values;
  };
  const variables = [...recorded.parameters, ...recorded.statistics];
  const labels = int32Values(tensors.get('y')!);
  tf.tidy(() => {
    const x = tf.transpose(tf.tensor(stored('x'), [rows, channels, height, width]), [0, 2, 3, 1]) as Tensor4D;
    const program = Program.load(recorded);
    program.init(1);
    program.load(new Map(variables.map((variable) => [variable.name, valueOf(variable)])));
    const compiled = program.gradients({ input: x.dataSync() as Float32Array, labels });
    program.dispose();

    const values = new Map<string, Tensor>(
      variables.map((variable) => [variable.name, tf.tensor(valueOf(variable), [...variable.shape])]),
    );
    const context = new EagerContext(false, { valueOf: ({ name }) => values.get(name)! });
    const network = model({ classes: CLASSES, ...size });
    const truth = tf.tensor2d(labels, [rows, 1], 'int32');
    const { value, grads } = tf.valueAndGrads(() => {
      const logits = network.head(network.backbone(x, context), context);
      return totalLoss(targetLosses(logits, truth, [CLASSES], 0), tf.scalar(1 / rows));
    })(recorded.parameters.map(({ name }) => values.get(name)!));

    expect(compiled.loss).toBeCloseTo(value.dataSync()[0]!, 5);
    recorded.parameters.forEach((parameter, i) => {
      const gradient = compiled.gradients.get(parameter.name)!;
      const exact = toTensorFlowLayout(parameter, stored(`eval:gradient:${parameter.name}`));
      expect(relativeError(gradient, grads[i]!.dataSync() as Float32Array), parameter.name).toBeLessThan(
        bound,
      );
      expect(relativeError(gradient, exact), parameter.name).toBeLessThan(bound);
    });
  });
});
