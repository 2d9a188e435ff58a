import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architecture, architectures } from '../../../shared/architectures/index.ts';
import { timmShape } from '../../../src-main/models/layout.ts';
import { createModel } from '../../../src-main/models/registry.ts';
import { recordProgram } from '../../../src-main/training/program/index.ts';

const fixture = join(__dirname, '..', '..', 'fixtures', 'models', 'parameter-hashes.json');
const timm = JSON.parse(readFileSync(fixture, 'utf8')) as Record<
  string,
  { parameters: number; sha256: string }
>;

/** The network's parameters and statistics as it is recorded, which computes nothing. */
function specsOf(arch: string) {
  const { sizes, defaultSize } = architecture(arch);
  // Swin's tables are as large as the window, and that no larger than the grid.
  const size = sizes.type === 'any' && !arch.startsWith('swin_') ? { height: 32, width: 32 } : defaultSize;
  return recordProgram({
    ...{ arch, targets: [1000], pixels: size, size, microBatch: 1, evalBatch: 1 },
    ...{ train: false, accumulate: false, trainHead: false, labelSmoothing: 0, lrGroups: 1 },
    normalise: { mean: [0, 0, 0], std: [1, 1, 1] },
    optimizer: { beta2: 0.99, epsilon: 1e-8 },
  });
}

describe('createModel', () => {
  it.each(architectures.map((info) => [info.id, info] as const))(
    '%s has timm’s names, shapes and number of values',
    (id, info) => {
      const { parameters, statistics } = specsOf(id);
      const values = parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
      expect(values).toBe(timm[id]!.parameters);
      expect(info.parameters).toBe(values);
      const lines = [
        ...parameters.map((spec) => `${spec.name} ${timmShape(spec).join()}\n`),
        ...statistics.map(({ name, shape }) => `${name} ${shape.join()}\n`),
      ];
      expect(createHash('sha256').update(lines.sort().join('')).digest('hex')).toBe(timm[id]!.sha256);
      expect(statistics.length > 0).toBe(info.batchNorm);
      const heads = parameters.filter(({ group }) => group === 'head').map(({ name }) => name);
      expect(heads.sort()).toEqual([`${info.classifier}.bias`, `${info.classifier}.weight`]);
    },
  );

  it('numbers depth from 0 without gaps, and leaves vectors undecayed', () => {
    for (const id of [
      'resnet18',
      'convnext_atto',
      'tf_efficientnet_lite0',
      'vit_tiny_patch16_224',
      'deit3_small_patch16_224',
      'swin_tiny_patch4_window7_224',
      'swinv2_tiny_window8_256',
    ]) {
      const { parameters } = specsOf(id);
      const groups = parameters.flatMap(({ group }) => (group === 'head' ? [] : [group]));
      const last = Math.max(...groups);
      expect(groups[0]).toBe(0);
      expect([...new Set(groups)].sort((a, b) => a - b)).toEqual(
        Array.from({ length: last + 1 }, (_, i) => i),
      );
      expect(groups).toEqual([...groups].sort((a, b) => a - b));
      const undecayed = /^cls_token|^pos_embed|relative_position_bias_table|logit_scale|cpb_mlp/;
      for (const { decay, shape, name } of parameters)
        expect(decay, name).toBe(shape.length > 1 && !undecayed.test(name));
    }
  });

  it('refuses unknown ids and sizes that leave no pixel', () => {
    const options = { classes: 2, height: 16, width: 64 };
    expect(() => createModel('vgg16', options)).toThrow(expect.objectContaining({ code: 'ARCH_UNKNOWN' }));
    expect(() => createModel('convnext_atto', options)).toThrow(
      expect.objectContaining({ code: 'ARCH_SIZE' }),
    );
  });
});
