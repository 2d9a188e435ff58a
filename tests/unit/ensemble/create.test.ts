import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunHeader, runHeaderSchema } from '../../../shared/records/run-record.ts';
import { createEnsemble } from '../../../src-main/ensemble/create.ts';
import { createReport } from '../../../src-main/report/create.ts';
import { type Predictions, writePredictions } from '../../../src-main/runs/predictions.ts';
import { appendEpoch, createRunFolder, writeConfig, writeResult } from '../../../src-main/runs/run-writer.ts';

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'granary-ensemble-'));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const classes = ['blast', 'normal'];

function header(id: string): RunHeader {
  return runHeaderSchema.parse({
    version: 1,
    id,
    name: `net ${id}`,
    queue: null,
    created: '2026-11-23T20:00:00.000Z',
    config: { dataset: '/data', arch: 'resnet18', size: { height: 32, width: 32 }, seed: 1 },
    datasetHash: 'a'.repeat(64),
    datasetName: 'data',
    targets: [{ name: 'label', classes }],
    counts: { train: 2, valid: 2, holdout: 2, test: 2 },
    validHash: 'b'.repeat(64),
    microBatch: 2,
    stepsPerEpoch: 1,
    graphHash: 'c'.repeat(64),
    parameters: 10,
    weights: { source: 'none', missing: [], unexpected: [] },
    warnings: [],
    versions: { granary: '0', node: '0', tensorflow: '0' },
    device: 'cpu',
  });
}

/** A finished run whose probabilities of `blast` are given, for pictures h1, h2 (hold-out) and t1, t2 (test). */
function finishedRun(id: string, blast: [number, number, number, number], finished = true): void {
  const folder = createRunFolder(workspace, id);
  writeConfig(folder, header(id));
  const rows = (p: number[]): Float32Array[] => [Float32Array.from(p.flatMap((value) => [value, 1 - value]))];
  const [h1, h2, t1, t2] = blast;
  const labels = [Int32Array.from([0, 1])];
  const predictions: Predictions = {
    targets: [{ name: 'label', classes }],
    sets: {
      valid: { ids: [`${id}-v1`, `${id}-v2`], plain: rows([0.9, 0.8]), tta: null, labels },
      holdout: { ids: ['h1', 'h2'], plain: rows([h1, h2]), tta: rows([h1, h2]), labels },
      test: { ids: ['t2.jpg', 't1.jpg'], plain: rows([t2, t1]), tta: rows([t2, t1]), labels: null },
    },
  };
  writePredictions(folder, predictions);
  const figures = { target: 'label', images: 2, loss: 1, errorRate: 0.5, ttaLoss: null, ttaErrorRate: null };
  appendEpoch(folder, {
    version: 1,
    epoch: 1,
    phase: 'full',
    trainLoss: 1,
    validLoss: 0.8,
    errorRate: 0.5,
    targets: [{ name: 'label', trainLoss: 1, validLoss: 0.8, errorRate: 0.5 }],
    lr: 0.001,
    step: 1,
    trainSeconds: 1,
    validSeconds: 1,
    imagesPerSecond: 2,
    peakRssMb: 100,
    time: '2026-11-23T20:01:00.000Z',
  });
  if (finished) {
    writeResult(folder, {
      version: 1,
      status: 'finished',
      valid: [figures],
      holdout: [figures],
      best: { epoch: 1, errorRate: 0.5 },
      epochs: 1,
      compiledSteps: 1,
      eagerSteps: 0,
      seconds: 2,
      peakRssMb: 100,
      finished: '2026-11-23T20:01:00.000Z',
    });
  }
}

const request = (runs: string[], more: object = {}) => ({
  workspace,
  runs,
  weights: null,
  probabilities: 'tta' as const,
  sampleSubmission: null,
  out: null,
  ...more,
});

describe('createEnsemble', () => {
  it('combines, judges on the hold-out, writes the submission by id and keeps a record', async () => {
    finishedRun('run-a', [0.9, 0.6, 0.9, 0.6]);
    finishedRun('run-b', [0.2, 0.1, 0.3, 0.1]);
    const sample = join(workspace, 'sample.csv');
    writeFileSync(sample, 'image_id,label\nt1.jpg,\nt2.jpg,\n');
    const out = join(workspace, 'out', 'submission.csv');
    const ensemble = await createEnsemble(request(['a', 'run-b'], { sampleSubmission: sample, out }));
    expect(ensemble.judgedOn).toBe('holdout');
    expect(ensemble.members.map((member) => member.errorRate)).toEqual([[0.5], [0.5]]);
    // Together they are right on both: (0.9 + 0.2) / 2 > 0.5 and (0.6 + 0.1) / 2 < 0.5.
    expect(ensemble.targets[0]).toMatchObject({
      errorRate: 0,
      images: 2,
      confusion: [
        [1, 0],
        [0, 1],
      ],
    });
    expect(readFileSync(out, 'utf8')).toBe('image_id,label\nt1.jpg,blast\nt2.jpg,normal\n');
    expect(ensemble.submission).toEqual({ path: out, rows: 2 });
    const stored = readFileSync(join(workspace, 'ensembles', `${ensemble.id}.json`), 'utf8');
    expect(JSON.parse(stored)).toEqual(ensemble);
  });

  it('lets a weight turn the vote, and counts a run named twice twice', async () => {
    finishedRun('run-a', [0.9, 0.6, 0.9, 0.6]);
    finishedRun('run-b', [0.2, 0.1, 0.3, 0.1]);
    const weighted = await createEnsemble(request(['run-a', 'run-b'], { weights: [1, 3] }));
    const listed = await createEnsemble(request(['run-a', 'run-b', 'run-b', 'run-b']));
    expect(weighted.targets[0]!.errorRate).toBe(0.5);
    expect(listed.targets).toEqual(weighted.targets);
    expect(listed.members.map((member) => member.weight)).toEqual([1, 3]);
  });

  it('refuses what cannot be combined, with a code', async () => {
    finishedRun('run-a', [0.9, 0.6, 0.9, 0.6]);
    finishedRun('run-b', [0.9, 0.6, 0.9, 0.6], false);
    const code = (value: string) => expect.objectContaining({ code: value });
    await expect(createEnsemble(request([]))).rejects.toEqual(code('ENSEMBLE_EMPTY'));
    await expect(createEnsemble(request(['run-a'], { weights: [1, 2] }))).rejects.toEqual(
      code('ENSEMBLE_WEIGHTS'),
    );
    await expect(createEnsemble(request(['run-a'], { weights: [0] }))).rejects.toEqual(
      code('ENSEMBLE_WEIGHTS'),
    );
    await expect(createEnsemble(request(['run-a', 'run-b']))).rejects.toEqual(code('RUN_NOT_FINISHED'));
    await expect(createEnsemble(request(['nothing']))).rejects.toEqual(code('RUN_NOT_FOUND'));
  });

  it('draws a report with hidden scores', async () => {
    finishedRun('run-a', [0.9, 0.6, 0.9, 0.6]);
    finishedRun('run-b', [0.2, 0.1, 0.3, 0.1]);
    await createEnsemble(request(['run-a', 'run-b']));
    const answers = join(workspace, 'answers.csv');
    writeFileSync(answers, 'image_id,label\nt1.jpg,blast\nt2.jpg,normal\n');
    const out = join(workspace, 'report.html');
    const written = await createReport({ workspace, runs: [], answers, title: 'Two runs', out });
    expect(written.runs).toBe(2);
    const runs = [
      { run: 'run-a', errorRate: 0.5 },
      { run: 'run-b', errorRate: 0.5 },
    ];
    expect(written.hidden).toEqual({
      targets: [{ target: 'label', images: 2, runs, ensemble: 0 }],
      exactMatch: null,
    });
    const html = readFileSync(out, 'utf8');
    expect(html).toContain('net run-a');
    expect(html).toContain('<b>0.0%</b><span>submission, on 2 hidden answers</span>');
    expect(html).toContain('class="confusion"');
    // One file that needs nothing else.
    expect(html).not.toMatch(/<script|src=|href=|@import|url\(/);
  });

  it('a report without runs is a clear error', async () => {
    const report = createReport({ workspace, runs: [], title: 'x', out: join(workspace, 'r.html') });
    await expect(report).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});
