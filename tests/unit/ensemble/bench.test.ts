import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EnsembleBench } from '../../../src-main/ensemble/bench.ts';
import { createEnsemble } from '../../../src-main/ensemble/create.ts';
import { listEnsembles } from '../../../src-main/ensemble/list.ts';
import { disagreements, runConfusions } from '../../../src-main/report/compare-predictions.ts';
import { diseases, varieties, writeRuns } from '../../support/example-workspace.mjs';

let workspace: string;
let ids: string[];
let other: string;
beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'granary-bench-'));
  const targets = [
    { name: 'label', classes: diseases },
    { name: 'variety', classes: varieties },
  ];
  ids = writeRuns(workspace, { runs: 8, epochs: 2, holdout: 1041, test: 20, targets });
  [other = ''] = writeRuns(workspace, {
    ...{ runs: 1, epochs: 2, dataset: 'shapes', seed: 9, prefix: '20261121-09' },
    targets: [{ name: 'label', classes: ['disc', 'ring'] }],
  });
});
afterAll(() => rmSync(workspace, { recursive: true, force: true }));
const choice = { target: 'label', pictures: 'holdout', probabilities: 'plain' } as const;

describe('EnsembleBench', () => {
  it('comes to what granary ensemble does, and each change of weights takes well under 50 ms', async () => {
    const bench = new EnsembleBench(workspace);
    const weights = [2, 1, 1, 0.5, 1, 1, 3, 1];
    const draft = { runs: ids, weights, targets: null, probabilities: 'tta' as const };
    const figures = await bench.figures(draft);
    const kept = await createEnsemble({ workspace, ...draft, sampleSubmission: null, out: null });
    expect(kept).toMatchObject(figures);
    expect(listEnsembles(workspace)[0]).toEqual(kept);
    const times: number[] = [];
    for (let round = 0; round < 15; round += 1) {
      // Processor time: other programs on the machine must not decide.
      const began = process.cpuUsage();
      await bench.figures({ ...draft, weights: weights.map((weight) => weight + round / 10) });
      const { user, system } = process.cpuUsage(began);
      times.push((user + system) / 1000);
    }
    times.sort((a, b) => a - b);
    console.log(
      `8 runs × 1,041 × 10 × 2 targets: ${times[7]!.toFixed(1)} ms of processor time (median of 15)`,
    );
    expect(times[7]).toBeLessThan(50);
  });

  it('says why a run cannot take part, without hiding the others', async () => {
    const bench = new EnsembleBench(workspace);
    const file = join(workspace, 'runs', ids[7]!, 'predictions.safetensors');
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, 1000));
    const [good, damaged, gone] = await bench.members([ids[0]!, ids[7]!, 'nothing']);
    writeFileSync(file, whole);
    expect(good).toMatchObject({ problem: null, hasTest: true });
    expect(good!.targets.map(({ name, judgedOn }) => `${name} ${judgedOn}`)).toEqual([
      'label holdout',
      'variety holdout',
    ]);
    expect(damaged!.problem?.code).toMatch(/SAFETENSORS_INVALID|RUN_CORRUPT/);
    expect(gone!.problem?.code).toBe('RUN_NOT_FOUND');
    // Mended on the disk, it is read anew.
    expect((await bench.members([ids[7]!]))[0]!.problem).toBeNull();
  });

  it('previews the submission that would be written', async () => {
    const bench = new EnsembleBench(workspace);
    const draft = { runs: ids.slice(0, 2), weights: [1, 1], targets: null, probabilities: 'plain' as const };
    const preview = await bench.preview(draft);
    expect(preview).toMatchObject({ head: 'image_id,label,variety', total: 20, sample: null });
    const out = join(workspace, 'out.csv');
    await createEnsemble({ workspace, ...draft, sampleSubmission: null, out });
    expect(readFileSync(out, 'utf8').split('\n').slice(1, 13)).toEqual(preview.rows);
    await expect(bench.figures({ ...draft, runs: [ids[0]!, other] })).rejects.toMatchObject({
      code: 'ENSEMBLE_CLASSES_DIFFER',
    });
  });
});

describe('runs of another dataset', () => {
  it('are refused although their pictures and classes are called the same', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'granary-bench-'));
    try {
      const each = { runs: 1, epochs: 1, holdout: 20, targets: [{ name: 'label', classes: diseases }] };
      const [a = ''] = writeRuns(elsewhere, { ...each, prefix: '20261121-09' });
      const [b = ''] = writeRuns(elsewhere, { ...each, prefix: '20261122-09', dataset: 'leaves' });
      const bench = new EnsembleBench(elsewhere);
      const draft = { runs: [a, b], weights: [1, 1], targets: null, probabilities: 'plain' as const };
      await expect(bench.figures(draft)).rejects.toMatchObject({
        code: 'ENSEMBLE_IMAGES_DIFFER',
        message: expect.stringMatching(/different datasets: .* of \/data\/paddy, .* of \/data\/leaves/),
      });
      await expect(
        createEnsemble({ workspace: elsewhere, ...draft, sampleSubmission: null, out: null }),
      ).rejects.toMatchObject({ code: 'ENSEMBLE_IMAGES_DIFFER' });
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });
});

describe('comparing predictions', () => {
  it('lists exactly the pictures that are told apart differently, the surest first', async () => {
    const found = await disagreements(workspace, ids.slice(0, 2), choice, 5000);
    expect(found.images).toBe(1041);
    expect(found.rows).toHaveLength(found.disagreeing);
    for (const { votes } of found.rows) expect(votes[0]!.label).not.toBe(votes[1]!.label);
    const sure = found.rows.map(({ votes }) => votes[0]!.probability + votes[1]!.probability);
    expect(sure).toEqual([...sure].sort((a, b) => b - a));
    expect((await disagreements(workspace, ids.slice(0, 2), choice, 3)).rows).toEqual(found.rows.slice(0, 3));
  });

  it('refuses runs of other classes and of other pictures, and says so of a single matrix', async () => {
    await expect(disagreements(workspace, [ids[0]!, other], choice, 5)).rejects.toMatchObject({
      code: 'ENSEMBLE_CLASSES_DIFFER',
    });
    const own = { ...choice, pictures: 'valid' as const };
    await expect(disagreements(workspace, ids.slice(0, 2), own, 5)).rejects.toMatchObject({
      code: 'ENSEMBLE_IMAGES_DIFFER',
    });
    const [good, none] = await runConfusions(workspace, [ids[0]!, other], { ...choice, target: 'variety' });
    expect(good!.confusion.flat().reduce((a, b) => a + b, 0)).toBe(1041);
    expect(none!.problem).toContain('does not predict "variety"');
  });
});
