import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseGrid } from '../../../src-main/scheduler/grid-parse.ts';
import { oldNameNotes, pretrainedOf, settleGridWeights } from '../../../src-main/scheduler/grid-weights.ts';
import { exampleHeader, exampleResult } from '../runs/example-run.ts';

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'granary-grid-weights-'));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

function writeRun(
  id: string,
  { arch = 'resnet18', name = 'a run', finished = true, weights = true } = {},
): string {
  const folder = join(workspace, 'runs', id);
  mkdirSync(folder, { recursive: true });
  const header = exampleHeader(id);
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({ ...header, name, config: { ...header.config, arch } }),
  );
  if (finished) writeFileSync(join(folder, 'result.json'), JSON.stringify(exampleResult()));
  if (weights) writeFileSync(join(folder, 'weights.safetensors'), '');
  return folder;
}

const settle = async (weights: string, arch: string | string[] = 'resnet18') => {
  const grid = await settleGridWeights(parseGrid({ blocks: [{ arch, size: 64, weights }] }), workspace);
  return grid.blocks[0]!;
};

describe('settleGridWeights', () => {
  it.each(['20260101-000000-resnet18-squish-64-k3x9', 'k3x9', 'run:k3x9', 'leaf squish 64'])(
    'finds a finished run by %s',
    async (text) => {
      writeRun('20260101-000000-resnet18-squish-64-k3x9', { name: 'leaf squish 64' });
      writeRun('20260101-000000-resnet18-squish-64-aaaa', { name: 'other' });
      expect((await settle(text)).weights).toBe('run:20260101-000000-resnet18-squish-64-k3x9');
    },
  );

  it('leaves auto and none, takes a file as it is, and a run’s folder for the file in it', async () => {
    const folder = writeRun('r1');
    expect((await settle('none')).weights).toBe('none');
    expect((await settle(folder)).weights).toBe(join(folder, 'weights.safetensors'));
    expect((await settle('./no/such.safetensors')).weights).toMatch(/^\/.*no\/such\.safetensors$/);
    const grid = parseGrid({ defaults: { weights: 'r1' }, blocks: [{ arch: 'resnet18', size: 64 }] });
    expect((await settleGridWeights(grid, workspace)).blocks[0]!.weights).toBe('run:r1');
  });

  it('gives an architecture the tag of the run it starts from, because pictures are normalised by it', async () => {
    writeRun('r1', { arch: 'vit_base_patch16_224.mae' });
    expect(
      await settle('r1', ['vit_base_patch16_224', 'vit_base_patch16_384', 'vit_base_patch16_224.dino']),
    ).toMatchObject({
      arch: ['vit_base_patch16_224.mae', 'vit_base_patch16_384', 'vit_base_patch16_224.dino'],
    });
  });

  it.each([
    ['one that is not finished', { finished: false }, 'RUN_NOT_FINISHED'],
    ['one whose weights are gone', { weights: false }, 'RUN_CORRUPT'],
  ])('refuses %s', async (_, how, code) => {
    writeRun('r1', how);
    await expect(settle('r1')).rejects.toMatchObject({ code });
  });

  it('says that there is neither such a file nor such a run, and which runs share a name', async () => {
    await expect(settle('k3x9')).rejects.toMatchObject({
      code: 'WEIGHTS_NOT_FOUND',
      message: expect.stringMatching(/no weights file "k3x9", and as a run/) as string,
    });
    await expect(settle('run:k3x9')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    writeRun('r1');
    writeRun('r2');
    await expect(settle('a run')).rejects.toMatchObject({
      message: expect.stringContaining('r1, r2') as string,
    });
  });
});

it('lists the pretrained weights of runs once each, with their tags', () => {
  const run = (arch: string, weights = 'auto') => ({ config: { arch, weights } });
  expect(
    pretrainedOf([
      run('resnet18'),
      run('resnet18.a1_in1k'),
      run('resnet18.a2_in1k'),
      run('resnet34', 'none'),
    ]),
  ).toEqual(['resnet18.a1_in1k', 'resnet18.a2_in1k']);
});

it('tells what timm’s older names stand for', () => {
  const grid = parseGrid({ blocks: [{ arch: ['swinv2_large_window12_192_22k', 'resnet18'], size: 64 }] });
  expect(oldNameNotes(grid)).toEqual([expect.stringContaining('swinv2_large_window12_192.ms_in22k now')]);
});
