import { describe, expect, it } from 'vitest';
import { runConfigSchema } from '../../../shared/records/run-config.ts';
import { setFigures } from '../../../src-main/training/figures.ts';
import { chooseTargets, labelTable, labelsOfTarget } from '../../../src-main/training/targets.ts';
import { bfloat16In, slowHalfWarning } from '../../../src-main/files/processor-flags.ts';
import { runWarnings } from '../../../src-main/training/warnings.ts';
import { planEpoch } from '../../../src-main/training/windows.ts';
import { manifestOf } from '../dataset/manifest-of.ts';

const manifest = manifestOf(
  [
    ['a', ['blast', 'ADT']],
    ['b', ['normal', null]],
    ['c', [null, 'IR20']],
    ['d', ['blast', 'ADT']],
  ],
  ['label', 'variety'],
);

describe('targets of a run', () => {
  it('are the first one unless others are named', () => {
    expect(chooseTargets(manifest, []).map((target) => target.name)).toEqual(['label']);
    expect(chooseTargets(manifest, ['variety', 'label'])).toEqual([
      { name: 'variety', classes: ['ADT', 'IR20'], index: 1 },
      { name: 'label', classes: ['blast', 'normal'], index: 0 },
    ]);
  });

  it('are refused when they are unknown, named twice, or leave nothing to tell apart', () => {
    const code = (code: string) => expect.objectContaining({ code });
    expect(() => chooseTargets(manifest, ['disease'])).toThrow(code('DATASET_BAD_COLUMNS'));
    expect(() => chooseTargets(manifest, ['label', 'label'])).toThrow(code('CONFIG_INVALID'));
    const one = manifestOf([
      ['a', ['only']],
      ['b', ['only']],
    ]);
    expect(() => chooseTargets(one, [])).toThrow(code('CONFIG_INVALID'));
  });

  it('give a table of class indices with −1 where a label is missing', () => {
    const targets = chooseTargets(manifest, ['variety', 'label']);
    const table = labelTable(manifest.train, targets);
    expect(Array.from(table)).toEqual([0, 0, -1, 1, 1, -1, 0, 0]);
    expect(Array.from(labelsOfTarget(table, 2, 0))).toEqual([0, -1, 1, 0]);
    expect(Array.from(labelsOfTarget(table, 2, 1))).toEqual([0, 1, -1, 0]);
  });
});

describe('figures of a set', () => {
  const tables = {
    name: 'label',
    classes: 2,
    plain: Float32Array.of(0.5, 0.5, 0.25, 0.75, 1, 0),
    labels: Int32Array.of(0, 0, -1),
  };

  it('count labelled pictures only, plain and with test-time augmentation', () => {
    const tta = Float32Array.of(0.5, 0.5, 0.75, 0.25, 1, 0);
    expect(setFigures({ ...tables, tta })).toEqual({
      target: 'label',
      images: 2,
      loss: expect.closeTo((Math.log(2) + Math.log(4)) / 2, 6),
      errorRate: 0.5,
      ttaLoss: expect.closeTo((Math.log(2) - Math.log(0.75)) / 2, 6),
      ttaErrorRate: 0,
    });
    expect(setFigures({ ...tables, tta: null })).toMatchObject({ ttaLoss: null, ttaErrorRate: null });
  });

  it('are null where no picture has a label', () => {
    expect(setFigures({ ...tables, tta: null, labels: Int32Array.of(-1, -1, -1) })).toBeNull();
  });
});

describe('warnings before a run', () => {
  const facts = (config: object, batchNorm: boolean, count = 64) => {
    const parsed = runConfigSchema.parse({
      ...{ dataset: '/d', arch: 'resnet18', size: { height: 32, width: 32 }, seed: 1, batchSize: 8 },
      ...config,
    });
    const targets = chooseTargets(manifest, []);
    const labels = labelTable(manifest.train, targets);
    const plan = planEpoch(count, { batchSize: 8, accum: parsed.accum, batchNorm });
    return {
      ...{ config: parsed, batchNorm, plan, targets, pretrained: true, slowHalf: null },
      ...{ trainLabels: labels, validLabels: labels },
    };
  };

  it('tell of half precision where the processor makes it slow', () => {
    const slowHalf = slowHalfWarning('bfloat16', false, false);
    expect(slowHalf).toContain('likely to be slower here than float32');
    const half = facts({ precision: 'bfloat16' }, true);
    expect(runWarnings({ ...half, slowHalf })).toEqual([slowHalf]);
    expect(runWarnings(half)).toEqual([]);
    // In float32, on a card, with the instructions, or where the system does not tell.
    expect(slowHalfWarning('float32', false, false)).toBeNull();
    expect(slowHalfWarning('bfloat16', true, false)).toBeNull();
    expect(slowHalfWarning('bfloat16', false, true)).toBeNull();
    expect(slowHalfWarning('bfloat16', false, null)).toBeNull();
    expect(bfloat16In('processor : 0\nflags\t\t: fpu avx512_bf16 amx_tile\n')).toBe(true);
    expect(bfloat16In('Features\t: fp asimd bf16\n')).toBe(true);
    expect(bfloat16In('flags\t\t: fpu avx2 avx512f\n')).toBe(false);
    expect(bfloat16In('')).toBeNull();
  });

  it('are none where there is nothing to say', () => {
    expect(runWarnings(facts({}, true))).toEqual([]);
    expect(runWarnings(facts({ accum: 4 }, false, 65))).toEqual([]);
  });

  it('tell of accumulation under batch normalisation, with the micro-batch', () => {
    expect(runWarnings(facts({ accum: 4 }, true))).toEqual([
      expect.stringContaining('normalises over batches'),
    ]);
  });

  it('tell of a picture that sits out, and of frozen epochs without pretrained weights', () => {
    expect(runWarnings(facts({}, true, 65))).toEqual([expect.stringContaining('One picture')]);
    const scratch = { ...facts({ epochs: 3, frozenEpochs: 2 }, true), pretrained: false };
    expect(runWarnings(scratch)).toEqual([expect.stringContaining('all 5 epochs')]);
  });

  it('name classes that cannot be learnt or judged', () => {
    const warnings = runWarnings({
      ...facts({}, true),
      trainLabels: Int32Array.of(0, 0),
      validLabels: Int32Array.of(1, -1),
    });
    expect(warnings).toEqual([
      expect.stringMatching(/training picture shows "normal".*: it cannot be learnt/),
      expect.stringMatching(/validation picture shows "blast".*: the error rate says nothing of it\./),
    ]);
    const none = { ...facts({}, true), trainLabels: new Int32Array(), validLabels: Int32Array.of(-1) };
    expect(runWarnings(none)).toEqual([
      expect.stringMatching(/"blast" or "normal".*: they cannot be learnt/),
      expect.stringMatching(/"blast" or "normal".*says nothing of them\./),
    ]);
  });
});
