import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GranaryError, fromErrorPayload } from '../../../shared/errors.ts';
import { type GridDataset, type PlannedRun, planGrid } from '../../../src-main/scheduler/grid.ts';
import type { Grid } from '../../../shared/records/grid.ts';
import { readGridFile } from '../../../src-main/scheduler/grid-file.ts';
import { parseGrid } from '../../../src-main/scheduler/grid-parse.ts';
import { exampleManifest } from './fixture-worker.ts';

const dataset = { path: '/data/paddy', options: {}, manifest: exampleManifest };
const examples = join(import.meta.dirname, '../../../assets/grids');

/** The runs of a grid of which all can be trained; throws the first reason otherwise. */
function expandGrid(grid: Grid, on: GridDataset): PlannedRun[] {
  return planGrid(grid, on).map((run) => {
    if ('error' in run) throw fromErrorPayload(run.error);
    return run;
  });
}

/** 1 to `n`. */
const count = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-grid-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function grid(text: string, name = 'grid.yaml'): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function failure(action: () => unknown): GranaryError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(GranaryError);
    return error as GranaryError;
  }
  throw new Error('Nothing was thrown.');
}

describe('a grid', () => {
  it('is a list of blocks, each its own product, in the order of the file', () => {
    const path = grid(`
defaults: {epochs: 2, resize: crop}
blocks:
  - {arch: [resnet18, resnet34], resize: [squish, pad], size: [64, 96x64]}
  - {arch: convnext_tiny, size: 128, epochs: 7, presize: 160}
`);
    const runs = expandGrid(readGridFile(path), dataset);
    expect(runs.map((run) => run.name)).toEqual([
      'resnet18 squish 64',
      'resnet18 squish 96x64',
      'resnet18 pad 64',
      'resnet18 pad 96x64',
      'resnet34 squish 64',
      'resnet34 squish 96x64',
      'resnet34 pad 64',
      'resnet34 pad 96x64',
      'convnext_tiny crop 128',
    ]);
    expect(runs[1]!.config).toMatchObject({
      size: { height: 96, width: 64 },
      presize: { height: 144, width: 96 },
      epochs: 2,
      batchSize: 64,
      dataset: '/data/paddy',
    });
    expect(runs[8]!.config).toMatchObject({ epochs: 7, presize: { height: 160, width: 160 } });
  });

  it('draws a seed of its own for each run, and repeats runs for a list of seeds', () => {
    const drawn = expandGrid(parseGrid({ blocks: [{ arch: ['resnet18', 'resnet34'], size: 64 }] }), dataset);
    expect(new Set(drawn.map((run) => run.config.seed)).size).toBe(2);
    const fixed = expandGrid(
      parseGrid({ blocks: [{ arch: 'resnet18', size: 64, seed: [1, 2, 3] }] }),
      dataset,
    );
    expect(fixed.map((run) => run.config.seed)).toEqual([1, 2, 3]);
    expect(fixed.map((run) => run.name)).toEqual([1, 2, 3].map((seed) => `resnet18 squish 64 seed=${seed}`));
  });

  it('takes a value that was written twice once', () => {
    const runs = expandGrid(
      parseGrid({
        blocks: [{ arch: ['resnet18', 'resnet18'], size: ['64', '64'], seed: [1, 1], lr: [0.1, 0.1] }],
      }),
      dataset,
    );
    expect(runs.map((run) => run.name)).toEqual(['resnet18 squish 64']);
  });

  it('reads JSON, and paths count from the file', () => {
    writeFileSync(join(folder, 'split.json'), '{}');
    const path = grid('{"blocks": [{"arch": "resnet18", "size": 64, "split": "split.json"}]}', 'grid.json');
    const [run] = expandGrid(readGridFile(path), dataset);
    expect(run!.config.split).toEqual({ type: 'file', path: join(folder, 'split.json') });
  });

  it('ships the lesson’s own and the demo’s', () => {
    const lesson = expandGrid(readGridFile(join(examples, 'lesson7.yaml')), dataset);
    expect(lesson[0]).toMatchObject({
      name: 'convnext_large crop 320x224',
      config: { epochs: 12, batchSize: 64, accum: 2, lr: 0.01, presize: { height: 640, width: 480 } },
    });
    expect(lesson.map((run) => run.name)).toEqual([
      'convnext_large crop 320x224',
      'vit_large_patch16_224 squish 224',
      'vit_large_patch16_224 crop 224',
      'swinv2_large_window12_192 squish 192',
      'swinv2_large_window12_192 crop 192',
      'swin_large_patch4_window7_224 crop 224',
    ]);
    const demo = expandGrid(readGridFile(join(examples, 'demo.yaml')), dataset);
    expect(demo.map((run) => run.name)).toEqual([
      'tf_efficientnet_lite0 squish 128',
      'tf_efficientnet_lite0 crop 128',
      'tf_efficientnet_lite1 squish 128',
      'tf_efficientnet_lite1 crop 128',
    ]);
  });
});

describe('a mistake in a grid file names line, block, key and what was expected', () => {
  it.each([
    [
      'a misspelt key',
      'blocks:\n  - arch: resnet18\n    size: 64\n    epoch: 3',
      /line 4, block 1: there is no key "epoch"\. Did you mean epochs\?/,
    ],
    [
      'a misspelt key at the top',
      'block:\n  - {arch: resnet18, size: 64}',
      /top level: there is no key "block"\. Did you mean blocks\?|blocks needs a list/,
    ],
    [
      'a misspelt key in defaults',
      'defaults: {lrr: 1}\nblocks:\n  - {arch: resnet18, size: 64}',
      /line 1, defaults: there is no key "lrr"\. Did you mean lr\?/,
    ],
    [
      'an unknown resize method',
      'blocks:\n  - {arch: resnet18, size: 64}\n  - {arch: resnet18, size: 64, resize: squash}',
      /line 3, block 2: resize needs squish, crop or pad.*"squash" was found/,
    ],
    ['a missing architecture', 'blocks:\n  - size: 64', /block 1: arch needs timm's id.*nothing was found/],
    ['a missing size', 'blocks:\n  - arch: resnet18', /block 1: size needs a size such as 128/],
    ['an empty list of sizes', 'blocks:\n  - {arch: resnet18, size: []}', /block 1: size needs/],
    [
      'a word for a number',
      'blocks:\n  - {arch: resnet18, size: 64, epochs: three}',
      /block 1: epochs needs a whole number, and "three" was found/,
    ],
    ['a half number', 'blocks:\n  - {arch: resnet18, size: 64, epochs: 2.5}', /epochs needs a whole number/],
    ['blocks that are no list', 'blocks: {arch: resnet18, size: 64}', /blocks needs a list of blocks/],
    [
      'a block that is no map',
      'blocks: [resnet18]',
      /block 1: a block with arch and size was expected, and "resnet18" found/,
    ],
    ['an empty file', '', /a map with a list of blocks was expected, and nothing found/],
    ['broken YAML', 'blocks:\n  - {arch: resnet18, size: 64', /line \d+: this is not YAML/],
  ])('%s', (_what, text, message) => {
    const error = failure(() => readGridFile(grid(text)));
    expect(error.code).toBe('GRID_INVALID');
    expect(error.message).toMatch(message);
    expect(error.fix).toBeTruthy();
  });

  it('a file that is not there', () => {
    expect(failure(() => readGridFile(join(folder, 'none.yaml')))).toMatchObject({
      code: 'GRID_INVALID',
      message: expect.stringContaining('There is no grid file'),
    });
  });

  it('a file that is a thousand aliases deep', () => {
    const bomb = [
      'a: &a [1,1]',
      ...'bcdefghijk'.split('').map((key, i) => `${key}: &${key} [*${'abcdefghij'[i]},*${'abcdefghij'[i]}]`),
    ];
    expect(failure(() => readGridFile(grid(bomb.join('\n')))).code).toBe('GRID_INVALID');
  });
});

describe('a grid that cannot be trained is refused before anything is queued', () => {
  it.each([
    [{ arch: 'resnet5', size: 64 }, 'ARCH_UNKNOWN', /resnet50/],
    [{ arch: 'convnext_tiny', size: 16 }, 'ARCH_SIZE', /at least 32 pixels/],
    [{ arch: 'resnet18', size: '64x' }, 'SIZE_INVALID', /"64x" is not an image size/],
    [{ arch: 'resnet18', size: 64, presize: 'big' }, 'SIZE_INVALID', /"big"/],
    [
      { arch: 'resnet18', size: 64, batchSize: 64, accum: 3 },
      'CONFIG_INVALID',
      /Accumulation 3 does not divide the batch size 64/,
    ],
    [{ arch: 'resnet18', size: 64, epochs: 0, frozenEpochs: 0 }, 'CONFIG_INVALID', /no epoch/],
    [{ arch: 'resnet18', size: 64, epochs: -1 }, 'CONFIG_INVALID', /epochs/],
    [{ arch: 'resnet18', size: 64, lr: 0 }, 'CONFIG_INVALID', /lr/],
    [{ arch: 'resnet18', size: 64, seed: -4 }, 'CONFIG_INVALID', /seed/],
    [
      { arch: 'resnet18', size: 64, targets: ['lable'] },
      'DATASET_BAD_COLUMNS',
      /no target "lable"\. Did you mean label\?/,
    ],
    [{ arch: 'resnet18', size: 64, targets: ['label', 'label'] }, 'CONFIG_INVALID', /named twice/],
    [{ arch: 'resnet18', size: 64, targetWeights: [1, 2] }, 'CONFIG_INVALID', /1 target .* and 2 weights/],
    [{ arch: 'resnet18', size: 64, weights: '/no/such.safetensors' }, 'WEIGHTS_NOT_FOUND', /no weights file/],
    [{ arch: 'resnet18', size: 64, split: '/no/split.json' }, 'SPLIT_INVALID', /no split file/],
    [{ arch: 'resnet18', size: 64, augment: { maxRotat: 20 } }, 'CONFIG_INVALID', /Did you mean maxRotate\?/],
    [{ arch: 'resnet18', size: 64, augment: { maxRotate: 999 } }, 'CONFIG_INVALID', /augment\.maxRotate/],
    [{ arch: 'resnet18', size: count(40).map((n) => 32 + n), seed: count(40) }, 'GRID_INVALID', /1600 runs/],
  ])('%j', (block, code, message) => {
    const error = failure(() => expandGrid(parseGrid({ blocks: [block] }), dataset));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.fix).toBeTruthy();
  });

  it('and the block is named where there are several', () => {
    const two = parseGrid({
      blocks: [
        { arch: 'resnet18', size: 64 },
        { arch: 'resnet5', size: 64 },
      ],
    });
    expect(failure(() => expandGrid(two, dataset)).message).toMatch(
      /^Block 2: There is no architecture "resnet5"/,
    );
  });

  it('and an accumulation that would fit is named', () => {
    const block = parseGrid({ blocks: [{ arch: 'resnet18', size: 64, accum: 3 }] });
    expect(failure(() => expandGrid(block, dataset)).fix).toContain('2 or 4');
  });
});

describe('accumulation in a grid', () => {
  const runs = (accum?: number | 'auto') =>
    expandGrid(
      parseGrid({ blocks: [{ arch: 'resnet18', size: 64, ...(accum === undefined ? {} : { accum }) }] }),
      {
        ...{ path: '/d', options: {}, manifest: null },
      },
    ).map(({ config }) => [config.accum, config.autoAccum]);

  it('is chosen by the planner unless a number is given', () => {
    expect(runs()).toEqual([[1, true]]);
    expect(runs('auto')).toEqual([[1, true]]);
    expect(runs(1)).toEqual([[1, false]]);
    expect(runs(4)).toEqual([[4, false]]);
  });
});
