import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors, float32Values } from '../../../shared/safetensors/index.ts';
import { type Tensor4D, tf } from '../../../src-main/graph/tf.ts';
import { EagerContext } from '../../../src-main/models/eager-context.ts';
import { toTensorFlowLayout } from '../../../src-main/models/layout.ts';
import { parityCases } from './parity-cases.ts';

const fixtures = join(__dirname, '..', '..', 'fixtures', 'models');
const read = (name: string) =>
  decodeSafetensors(new Uint8Array(readFileSync(join(fixtures, `${name}.safetensors`)))).tensors;
const drops = read('drops');
const cases = [...new Set([...drops.keys()].map((name) => name.split(':')[0]!))];

describe('stochastic depth in training, with known random numbers', () => {
  it.each(cases)('%s drops what timm drops, at its rates', (name) => {
    const stored = read(name);
    const [n, channels, height, width] = stored.get('x')!.shape as [number, number, number, number];
    const asked: string[] = [];
    const context = new EagerContext(true, {
      valueOf(spec) {
        const values = float32Values(stored.get(`weight:${spec.name}`)!);
        return tf.tensor('layout' in spec ? toTensorFlowLayout(spec, values) : values, [...spec.shape]);
      },
      random(random, shape) {
        asked.push(random);
        return tf.tensor(float32Values(drops.get(`${name}:random:${random}`)!), [...shape]);
      },
    });
    const model = parityCases[name]!({ classes: 5, height, width, dropPath: 0.5 });
    const pixels = tf.tensor4d(float32Values(stored.get('x')!), [n, channels, height, width]);
    const logits = tf.tidy(() =>
      model.head(model.backbone(pixels.transpose<Tensor4D>([0, 2, 3, 1]), context), context),
    );
    const random = [...drops.keys()].filter((key) => key.startsWith(`${name}:random:`));
    expect(asked.map((key) => `${name}:random:${key}`).sort()).toEqual(random.sort());
    const expected = float32Values(drops.get(`${name}:logits`)!);
    const largest = Math.max(...expected.map(Math.abs));
    (logits.dataSync() as Float32Array).forEach((value, i) =>
      expect(Math.abs(value - expected[i]!) / largest).toBeLessThan(1e-4),
    );
  });
});
