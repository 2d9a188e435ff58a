import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryForecastSchema } from '../../../shared/records/memory-forecast.ts';
import { accumulations } from '../../../src-main/scheduler/memory/accumulations.ts';
import { FitCache } from '../../../src-main/scheduler/memory/fit-cache.ts';
import { type Fault, fixtureEnvironment, workerPath } from '../scheduler/fixture-worker.ts';
import { buildCli } from './cli-process.ts';

type Line = Record<string, unknown> & { type: string };

/** An installation of its own, whose worker is the fixture: the command line is real, training takes milliseconds. */
let install: string;
beforeAll(async () => {
  install = mkdtempSync(join(tmpdir(), 'granary-install-'));
  const cli = await buildCli();
  for (const folder of ['bin', 'dist']) mkdirSync(join(install, folder));
  writeFileSync(join(install, 'package.json'), '{}');
  writeFileSync(join(install, 'bin', 'granary.cjs'), '');
  copyFileSync(cli.script, join(install, 'dist', 'cli.cjs'));
  copyFileSync(workerPath, join(install, 'dist', 'worker.cjs'));
  cli.remove();
}, 60_000);
afterAll(() => rmSync(install, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  out: string;
  err: string;
  lines: Line[];
}

/** @param watch called with each JSON line */
function granary(
  args: string,
  workspace: string,
  {
    fault = 'good',
    epochMs = 5,
    environment = {},
    watch,
  }: {
    fault?: Fault;
    epochMs?: number;
    environment?: Record<string, string>;
    watch?: (line: Line, child: ChildProcess) => void;
  } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [join(install, 'dist', 'cli.cjs'), ...args.split(' ')], {
    env: {
      ...process.env,
      ...fixtureEnvironment(fault, epochMs),
      GRANARY_WORKSPACE: join(install, workspace),
      NO_COLOR: '1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended: Ended = { code: null, out: '', err: '', lines: [] };
  createInterface({ input: child.stdout }).on('line', (text) => {
    ended.out += `${text}\n`;
    if (!args.includes('--json')) return;
    ended.lines.push(JSON.parse(text) as Line);
    watch?.(ended.lines[ended.lines.length - 1]!, child);
  });
  child.stderr.on('data', (chunk: Buffer) => (ended.err += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...ended, code })));
}

describe('granary train', () => {
  it('with --json prints one event a line, the result last', async () => {
    const { code, lines } = await granary(
      'train data --arch resnet18 --size 32 --epochs 2 --seed 5 --json',
      'ws1',
    );
    expect(code).toBe(0);
    expect(lines.map((line) => line.type)).toEqual([
      'run-started',
      'step',
      'epoch',
      'step',
      'epoch',
      'result',
    ]);
    const result = lines[lines.length - 1]!;
    expect(result).toMatchObject({
      error_rate: 0.2,
      valid_loss: 0.4,
      tta_error_rate: 0.1,
      holdout_error_rate: 0.2,
      seed: 5,
      state: 'finished',
      targets: [{ name: 'label', error_rate: 0.2 }],
    });
    expect(lines.slice(0, -1).every((line) => line['runId'] === result['run'])).toBe(true);
    expect(result['run']).toMatch(/^\d{8}-\d{6}-resnet18-squish-32-[0-9a-z]{4}$/);
  });

  it('passes every flag to the run', async () => {
    const flags =
      '--presize 48x40 --resize pad --pad-mode border --epochs 1 --frozen-epochs 2 --batch-size 32 --grad-accum-steps 4 --lr 0.1 --wd 0 ' +
      '--label-smoothing 0.1 --drop-path 0.2 --dropout 0.3 --checkpointing --no-holdout --weights none --target label --target-weights 1 --no-augment --tta 0 --image-column image_id --no-test-dir';
    const { lines } = await granary(
      `train data --arch resnet18 --img-size 32x24 --seed 9 ${flags} --json`,
      'ws2',
    );
    const header = lines.find((line) => line.type === 'run-started')!['header'] as { config: unknown };
    expect(header.config).toMatchObject({
      size: { height: 32, width: 24 },
      presize: { height: 48, width: 40 },
      resize: 'pad',
      padMode: 'border',
      epochs: 1,
      frozenEpochs: 2,
      batchSize: 32,
      accum: 4,
      lr: 0.1,
      weightDecay: 0,
      labelSmoothing: 0.1,
      dropPath: 0.2,
      dropout: 0.3,
      checkpointing: true,
      holdout: false,
      weights: 'none',
      targets: ['label'],
      augment: null,
      ttaViews: 0,
      seed: 9,
      datasetOptions: { imageColumn: 'image_id', testDir: null },
    });
  });

  it('fails with the worker’s own error, and says it to a person without a stack', async () => {
    const { code, err } = await granary('train data --arch convnext_tiny --size 32', 'ws3', {
      fault: 'refuse',
    });
    expect(code).toBe(1);
    expect(err).toBe('WEIGHTS_NOT_FOUND: There are no such weights.\nFetch them.\n');
  });

  it('stops at Ctrl-C after its step, keeps the epochs, and exits as shells expect; then trains again', async () => {
    const { code, lines } = await granary('train data --arch resnet18 --size 32 --epochs 200 --json', 'ws4', {
      epochMs: 50,
      watch: (line, child) => line.type === 'epoch' && child.kill('SIGINT'),
    });
    expect(code).toBe(130);
    expect(lines[lines.length - 1]).toMatchObject({ type: 'error', code: 'CANCELLED' });
    const run = lines.find((line) => line.type === 'epoch')!['runId'] as string;
    expect(readFileSync(join(install, 'ws4', 'runs', run, 'epochs.jsonl'), 'utf8')).toMatch(/^\{.*\}\n/);
    const again = await granary(`train --again ${run} --json`, 'ws4', {
      epochMs: 1,
      watch: (line, child) => line.type === 'run-started' && setTimeout(() => child.kill('SIGTERM'), 50),
    });
    expect(again.lines.find((line) => line.type === 'run-started')).toMatchObject({
      header: { config: { epochs: 200, arch: 'resnet18' } },
    });
    const listed = JSON.parse((await granary('runs --json', 'ws4')).out) as Line[];
    expect(listed.map((line) => line['state'])).toEqual([
      'cancelled',
      expect.stringMatching(/cancelled|finished/),
    ]);
  });
});

describe('granary queue', () => {
  it('goes on after a run that fails, prints a table of all, and exits with 1', async () => {
    const { code, out } = await granary(
      'queue data --arch convnext_tiny,resnet18 --size 32 --epochs 1',
      'ws5',
      {
        fault: 'crash',
      },
    );
    expect(code).toBe(1);
    expect(out).toMatch(/\[1\/2\] resnet18 squish 32|\[2\/2\] resnet18 squish 32/);
    expect(out).toMatch(/^convnext_tiny squish 32 +failed/m);
    expect(out).toMatch(/^resnet18 squish 32 +finished +0\.4000 +20\.0% +10\.0%/m);
    expect(out).toMatch(/convnext_tiny squish 32 failed: The worker process was ended by SIGABRT/);
  });

  it('with --json ends with a result that holds every run', async () => {
    const line = 'queue data --arch resnet18,resnet34 --resize squish,crop --size 32,48 --epochs 1 --json';
    const { code, lines } = await granary(line, 'ws6');
    expect(code).toBe(0);
    expect(lines[lines.length - 1]).toMatchObject({ type: 'result', finished: 8, total: 8 });
    const runs = lines[lines.length - 1]!['runs'] as Line[];
    expect(runs.map((run) => run['name'])[7]).toBe('resnet34 crop 48');
  });

  it('says how each run fits before it queues any, and does not train what cannot', async () => {
    const cache = join(install, 'cache');
    const known = new FitCache(join(cache, 'memory'));
    const size = { height: 32, width: 32 };
    for (const [arch, mb, precision] of [
      ['resnet18', 20, 'float32'],
      ['resnet34', 1e8, 'float32'],
      ['resnet34', 1e8, 'bfloat16'],
    ] as const) {
      const around = { batchSize: 64, accums: accumulations(64), classes: [10], precision, card: false };
      const question = { arch, size, presize: { height: 48, width: 48 }, ...around };
      const needs = question.accums.flatMap((accum) =>
        [false, true].map((checkpointing) => ({
          ...{ accum, checkpointing, mainMb: mb, cardMb: mb, activationsMb: 1 },
        })),
      );
      const answer = { question, needs, parameters: 1, weightsMb: 1, recordMs: 1, predictMs: 1 };
      known.set('forecast', memoryForecastSchema.parse(answer).question, answer);
    }
    const environment = { GRANARY_CACHE: cache, GRANARY_MEMORY_MARGIN: '0%' };
    const line = 'queue data --arch resnet18,resnet34 --size 32 --epochs 1 --weights none';
    const { code, lines } = await granary(`${line} --json`, 'ws9', { environment });
    expect(code).toBe(1);
    const plan = lines.find(({ type }) => type === 'plan')!;
    expect(lines.findIndex(({ type }) => type === 'run-started')).toBeGreaterThan(lines.indexOf(plan));
    expect(plan['runs']).toMatchObject([
      {
        ...{ name: 'resnet18 squish 32', problem: null },
        memory: { state: 'fits', micro_batch: 64, accum: 1, predicted_mb: 20, margin_mb: 0 },
      },
      {
        ...{ name: 'resnet34 squish 32', fix: 'Choose a smaller architecture.' },
        ...{ problem: expect.stringContaining('It cannot fit'), memory: { state: 'cannot' } },
      },
    ]);
    const states = (lines[lines.length - 1]!['runs'] as Line[]).map((run) => run['state']);
    expect(states).toEqual(['finished', 'skipped']);
    const { out } = await granary(line, 'ws9', { environment });
    expect(out).toMatch(/^resnet18 squish 32 +64 × 1 +20 MiB of .* yes$/m);
    expect(out).toMatch(/^resnet34 squish 32 .* not run$/m);
    expect(out).toContain('resnet34 squish 32 is not run:');
  });

  it('stops at Ctrl-C and trains what is left with --resume', async () => {
    const { code, lines } = await granary(
      'queue data --arch resnet18,resnet34 --size 32 --epochs 300 --json',
      'ws7',
      {
        epochMs: 50,
        watch: (line, child) => line.type === 'epoch' && child.kill('SIGINT'),
      },
    );
    expect(code).toBe(130);
    const states = (lines[lines.length - 1]!['runs'] as Line[]).map((run) => run['state']);
    expect(states).toEqual(['interrupted', 'interrupted']);
    const resumed = await granary('queue --resume --json', 'ws7', { epochMs: 0 });
    expect(resumed.code).toBe(0);
    expect(resumed.lines[resumed.lines.length - 1]).toMatchObject({ type: 'result', finished: 2, total: 2 });
  });

  it('tries both precisions: told apart in the plan, the runs table and a comparison', async () => {
    const grid = join(install, 'precisions.yaml');
    writeFileSync(
      grid,
      'defaults: { size: 32, epochs: 1, weights: none, seed: 3 }\nblocks:\n  - { arch: resnet18, precision: [float32, bfloat16] }\n',
    );
    const { code, lines } = await granary(`queue data --grid ${grid} --json`, 'ws10');
    expect(code).toBe(0);
    const names = ['float32', 'bfloat16'].map((precision) => `resnet18 squish 32 precision=${precision}`);
    expect(lines.find(({ type }) => type === 'plan')!['runs']).toMatchObject([
      { name: names[0], precision: 'float32', problem: null },
      { name: names[1], precision: 'bfloat16', problem: null },
    ]);
    const begun = lines.filter(({ type }) => type === 'run-started');
    expect(begun).toMatchObject([
      { header: { name: names[0], config: { precision: 'float32' } } },
      { header: { name: names[1], config: { precision: 'bfloat16' } } },
    ]);
    const ids = begun.map(({ header }) => (header as { id: string }).id);
    const table = (await granary('runs --columns id,precision', 'ws10')).out;
    for (const [i, precision] of ['float32', 'bfloat16'].entries())
      expect(table).toMatch(new RegExp(`^${ids[i]} +${precision} *$`, 'm'));
    const compared = JSON.parse((await granary(`compare ${ids.join(' ')} --json`, 'ws10')).out) as object;
    expect(compared).toMatchObject({ differs: { precision: ['float32', 'bfloat16'] } });
  });

  it('takes flags over a grid file’s settings', async () => {
    const grid = join(install, 'grid.yaml');
    writeFileSync(grid, 'defaults: {epochs: 50}\nblocks:\n  - {arch: resnet18, size: 32, epochs: 40}\n');
    const { lines } = await granary(`queue data --grid ${grid} --epochs 1 --json`, 'ws8');
    expect(lines.filter((line) => line.type === 'epoch')).toHaveLength(1);
  });
});
