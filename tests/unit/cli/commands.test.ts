import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkspaceLock } from '../../../src-main/scheduler/lock.ts';
import { appendEpoch, createRunFolder, writeConfig, writeResult } from '../../../src-main/runs/run-writer.ts';
import { exampleEpoch, exampleHeader, exampleResult } from '../runs/example-run.ts';
import { buildCli, granary as run } from './cli-process.ts';

let cli: { script: string; remove: () => void };
let workspace: string;
beforeAll(async () => {
  cli = await buildCli();
  workspace = mkdtempSync(join(tmpdir(), 'granary-cli-'));
  for (const [id, epochs] of [
    ['20261123-a-k3x9', 2],
    ['20261123-b-p0zz', 1],
  ] as const) {
    const folder = createRunFolder(workspace, id);
    writeConfig(folder, exampleHeader(id));
    for (let epoch = 1; epoch <= epochs; epoch += 1) appendEpoch(folder, exampleEpoch(epoch));
    writeFileSync(join(folder, 'worker.json'), '{}');
    if (epochs === 2) writeResult(folder, exampleResult());
  }
}, 60_000);
afterAll(() => {
  cli.remove();
  rmSync(workspace, { recursive: true, force: true });
});
const granary = (...args: string[]) => run(cli.script, args, workspace);

describe('what a tired person types', () => {
  it.each([
    ['train', 'USAGE', /needs DATASET and --arch and --size/],
    ['train data --arch resnet5 --size 64', 'ARCH_UNKNOWN', /Did you mean resnet50/],
    ['train data --arch resnet18 --size 320by240', 'SIZE_INVALID', /"320by240" is not an image size/],
    ['train data --arch convnext_tiny --size 16', 'ARCH_SIZE', /at least 32/],
    ['train data --arch resnet18 --size 64 --batch-size 64 --accum 3', 'CONFIG_INVALID', /does not divide/],
    [
      'train data --arch resnet18 --size 64 --accum 2 --grad-accum-steps 4',
      'USAGE',
      /two names of one setting/,
    ],
    [
      'train data --arch resnet18 --size 64 --epochs three',
      'USAGE',
      /--epochs needs a whole number, and "three"/,
    ],
    [
      'train data --arch resnet18 --size 64 --target label --target-weights 1,0.5',
      'CONFIG_INVALID',
      /1 target \(label\) and 2 weights \(1, 0\.5\) were given/,
    ],
    [
      'train data --arch resnet18 --size 64 --target label --target-weights heavy',
      'USAGE',
      /--target-weights needs a number, and "heavy"/,
    ],
    [
      'train data --arch resnet18 --size 64 --target label --target-weights 0',
      'USAGE',
      /--target-weights needs a list of numbers above 0, one for each target/,
    ],
    ['train data --arch resnet18 --size 64 --lr fast', 'USAGE', /--lr needs a number/],
    ['train data --arch resnet18 --size 64 --resize squash', 'USAGE', /--resize needs squish, crop or pad/],
    [
      'train data --arch resnet18 --size 64 --pad-mode mirror',
      'USAGE',
      /--pad-mode needs zeros, border or reflection/,
    ],
    [
      'train data --arch resnet18 --size 64 --weights /no/w.safetensors',
      'WEIGHTS_NOT_FOUND',
      /no weights file/,
    ],
    ['train data --arch resnet18 --size 64 --split /no/split.json', 'SPLIT_INVALID', /no split file/],
    ['train --again nobody', 'RUN_NOT_FOUND', /no run "nobody"/],
    ['train --bogus', 'USAGE', /unknown option '--bogus'/],
    ['queue data', 'USAGE', /needs --grid FILE, or --arch and --size/],
    ['queue data --grid nowhere.yaml', 'GRID_INVALID', /There is no grid file/],
    ['queue data --grid nowhere.yaml --arch resnet18', 'USAGE', /cannot be given with it/],
    ['queue --resume', 'USAGE', /Nothing was interrupted/],
    ['show', 'USAGE', /missing required argument 'run'/],
    ['show nobody', 'RUN_NOT_FOUND', /no run "nobody"/],
    ['show ../../etc', 'RUN_NOT_FOUND', /no run/],
    ['show 2026', 'RUN_NOT_FOUND', /names 2 runs/],
    ['trian', 'USAGE', /unknown command 'trian'/],
  ])('granary %s: %s', async (line, code, message) => {
    const answer = await granary(...line.split(' '), '--json');
    expect(answer.code).toBe(1);
    expect(answer.err).toBe('');
    expect(JSON.parse(answer.out)).toMatchObject({
      type: 'error',
      code,
      message: expect.stringMatching(message),
    });
  });

  it.each([
    [
      'train data --arch resnet5 --size 64',
      /^ARCH_UNKNOWN: .*Did you mean.*\nList them all with `granary models`/,
    ],
    ['train --bogus', /^error: unknown option '--bogus'\nRun with --help/],
    ['show nobody', /^RUN_NOT_FOUND: .*\nList the runs with `granary runs`/],
  ])('granary %s: a person reads what happened and what to do, and no stack', async (line, text) => {
    const answer = await granary(...line.split(' '));
    expect(answer.code).toBe(1);
    expect(answer.err).toMatch(text);
    expect(answer.err).not.toMatch(/\n\s+at /);
    expect(answer.out).toBe('');
  });

  it('a grid file with a misspelt key names line and key', async () => {
    const path = join(workspace, 'grid.yaml');
    writeFileSync(path, 'blocks:\n  - arch: resnet18\n    sizes: 64\n');
    const { code, err } = await granary('queue', 'data', '--grid', path);
    expect(code).toBe(1);
    expect(err).toMatch(/line 3, block 1: there is no key "sizes"\. Did you mean size\?/);
  });

  it('a workspace that another process holds: it says who', async () => {
    const lock = WorkspaceLock.acquire(workspace, 'the Granary app');
    const { code, err } = await granary(
      'queue',
      'data',
      '--arch',
      'resnet18',
      '--size',
      '64',
      '--weights',
      'none',
    );
    lock.release();
    expect(code).toBe(1);
    expect(err).toMatch(
      /^WORKSPACE_LOCKED: the Granary app \(process \d+, since .* UTC\) has the workspace .* open/,
    );
  });
});

describe('granary runs and show', () => {
  it('list runs with their figures, finished and interrupted', async () => {
    const { code, out } = await granary('runs');
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^id +state +epochs +valid_loss +error +TTA +hold-out TTA +time +dataset$/);
    expect(lines[1]).toMatch(
      /^20261123-a-k3x9 +finished +2\/6 +0\.4000 +20\.0% +10\.0% +10\.0% +0:08 +paddy$/,
    );
    expect(lines[2]).toMatch(/^20261123-b-p0zz +interrupted +1\/6 +1\.0000 +50\.0% +– +– +0:04 +paddy$/);
    const json = JSON.parse((await granary('runs', '--json')).out) as unknown[];
    expect(json).toMatchObject([
      { run: '20261123-a-k3x9', state: 'finished', valid_loss: 0.4, error_rate: 0.2, tta_error_rate: 0.1 },
      { run: '20261123-b-p0zz', state: 'interrupted', error_rate: 0.5, tta_error_rate: null },
    ]);
  });

  it('show a run by the end of its id, and say how to go on with an interrupted one', async () => {
    const finished = (await granary('show', 'k3x9')).out;
    expect(finished).toMatch(/resnet18 squish 32 {2}finished/);
    expect(finished).toMatch(/validation, label +2 +0\.4000 +20\.0% +0\.3000 +10\.0%/);
    expect(finished).toContain('4 compiled steps');
    expect((await granary('show', 'p0zz')).out).toContain('granary train --resume 20261123-b-p0zz');
    expect(JSON.parse((await granary('show', 'k3x9', '--json')).out)).toMatchObject({
      id: '20261123-a-k3x9',
      epochs: [{ epoch: 1 }, { epoch: 2 }],
      result: { status: 'finished' },
    });
  });

  it('show and list every target of a run on several', async () => {
    const several = mkdtempSync(join(tmpdir(), 'granary-cli-'));
    const folder = createRunFolder(several, '20261123-c-7a1c');
    const [label, header] = [exampleResult().valid[0]!, exampleHeader('20261123-c-7a1c')];
    const variety = { name: 'variety', classes: ['ADT', 'IR20'] };
    const config = {
      ...header.config,
      targets: ['label', 'variety'],
      targetWeights: [1, 0.5],
      precision: 'bfloat16' as const,
    };
    writeConfig(folder, { ...header, config, targets: [...header.targets, variety] });
    const figures = { trainLoss: 2, trainErrorRate: 0.75, validLoss: 1.5, errorRate: 0.625 };
    appendEpoch(folder, {
      ...exampleEpoch(1),
      targets: [...exampleEpoch(1).targets, { name: 'variety', ...figures }],
    });
    const judged = [label, { ...label, target: 'variety', errorRate: 0.5, ttaErrorRate: 0.25 }];
    const exactMatch = { valid: { images: 2, errorRate: 0.5, ttaErrorRate: 0.75 }, holdout: null };
    writeResult(folder, { ...exampleResult(), valid: judged, holdout: judged, exactMatch });
    const shown = (await run(cli.script, ['show', '7a1c'], several)).out;
    expect(shown).toContain('label (2 classes), variety (2 classes, weight 0.5)');
    expect(shown).toContain('64 = 4 × 1, bfloat16, 2 steps an epoch');
    expect(shown).toMatch(/^ {2}variety +2\.000000 +1\.500000 +0\.750000 +0\.625000/m);
    expect(shown).toMatch(/^validation, variety +2 +0\.4000 +50\.0% +0\.3000 +25\.0%$/m);
    expect(shown).toMatch(/^validation, all right +2 +50\.0% +75\.0%$/m);
    const listed = (await run(cli.script, ['runs'], several)).out;
    expect(listed).toMatch(
      /20\.0% \/ 50\.0% +10\.0% \/ 25\.0% +10\.0% \/ 25\.0% .*paddy +label \/ variety$/m,
    );
    rmSync(several, { recursive: true, force: true });
  });

  it('every command explains itself with examples', async () => {
    for (const command of ['train', 'queue', 'runs', 'show']) {
      const { code, out } = await granary(command, '--help');
      expect(code).toBe(0);
      expect(out).toMatch(new RegExp(`Examples:\\n  \\$ granary ${command}\\b`));
      expect(out).toContain('--workspace');
      expect(out).toContain('--json');
    }
  });
});
