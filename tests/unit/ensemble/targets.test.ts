import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEnsemble } from '../../../src-main/ensemble/create.ts';
import { scoreSubmission } from '../../../src-main/ensemble/score.ts';
import { createReport } from '../../../src-main/report/create.ts';
import { writePredictions } from '../../../src-main/runs/predictions.ts';
import { appendEpoch, createRunFolder, writeConfig, writeResult } from '../../../src-main/runs/run-writer.ts';
import { exampleEpoch, exampleHeader, exampleResult } from '../runs/example-run.ts';

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'granary-targets-'));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const classesOf: Record<string, string[]> = { disease: ['blast', 'normal'], variety: ['ADT', 'IR20', 'PY'] };

/** The truth of the hold-out, by target; two pictures lack one label each. */
const truth: Record<string, Record<string, number>> = {
  disease: { h1: 0, h2: 1, h3: 0 },
  variety: { h1: 2, h2: 0, h4: 1 },
};

/** A finished run that is sure of these classes: by target, `h1 h2 h3 h4` and then `t1 t2`. */
function finishedRun(id: string, says: Record<string, number[]>): void {
  const folder = createRunFolder(workspace, id);
  const targets = Object.keys(says).map((name) => ({ name, classes: classesOf[name]! }));
  writeConfig(folder, { ...exampleHeader(id), targets });
  // A picture is held out only where the run knows a label of it.
  const held = ['h1', 'h2', 'h3', 'h4'].filter((picture) =>
    targets.some(({ name }) => picture in truth[name]!),
  );
  const table = (name: string, pictures: string[]): Float32Array => {
    const order = ['h1', 'h2', 'h3', 'h4', 't1', 't2'];
    const { length } = classesOf[name]!;
    const rows = pictures.map((picture) => says[name]![order.indexOf(picture)]!);
    return Float32Array.from(
      rows.flatMap((sure) => Array.from({ length }, (_, c) => (c === sure ? 0.8 : 0.2 / (length - 1)))),
    );
  };
  const set = (pictures: string[], labelled: boolean) => ({
    ids: pictures,
    plain: targets.map(({ name }) => table(name, pictures)),
    tta: null,
    labels: labelled
      ? targets.map(({ name }) => Int32Array.from(pictures, (picture) => truth[name]![picture] ?? -1))
      : null,
  });
  writePredictions(folder, {
    targets,
    sets: { valid: set(['h1'], true), holdout: set(held, true), test: set(['t2', 't1'], false) },
  });
  const figures = { trainLoss: 1, trainErrorRate: 0.25, validLoss: 0.8, errorRate: 0.5 };
  const logs = targets.map(({ name }) => ({ name, ...figures }));
  appendEpoch(folder, { ...exampleEpoch(1), targets: logs });
  const judged = targets.map(({ name }) => ({ ...exampleResult().valid[0]!, target: name }));
  writeResult(folder, { ...exampleResult(), valid: judged, holdout: judged });
}

const request = (runs: string[], more: object = {}) => ({
  ...{ workspace, runs, weights: null, probabilities: 'tta' as const, sampleSubmission: null, out: null },
  ...more,
});

function both(): void {
  // Wrong in the disease of h2 and in the variety of h1.
  finishedRun('run-both', { disease: [0, 0, 0, 0, 0, 1], variety: [1, 0, 0, 1, 2, 0] });
}

describe('an ensemble over several targets', () => {
  it('judges each target on the pictures that have its label, and all together on those that have both', async () => {
    both();
    const ensemble = await createEnsemble(request(['run-both']));
    expect(ensemble.judgedOn).toBe('holdout');
    expect(ensemble.targets.map(({ name, images, errorRate }) => [name, images, errorRate])).toEqual([
      ['disease', 3, 1 / 3],
      ['variety', 3, 1 / 3],
    ]);
    expect(ensemble.members[0]!.errorRate).toEqual([1 / 3, 1 / 3]);
    expect(ensemble.exactMatch).toEqual({ images: 2, errorRate: 1 });
    expect(ensemble.leftOut).toEqual([]);
  });

  it('takes the targets that all members predict, whatever they predict besides', async () => {
    both();
    // h4 has no disease: this run's hold-out does not have it.
    finishedRun('run-disease', { disease: [0, 1, 1, 0, 0, 0] });
    const ensemble = await createEnsemble(request(['run-disease', 'run-both'], { weights: [3, 1] }));
    expect(ensemble.targets.map(({ name, images }) => [name, images])).toEqual([['disease', 3]]);
    expect(ensemble.targets[0]!.errorRate).toBeCloseTo(1 / 3);
    expect(ensemble.members.map(({ errorRate }) => errorRate)).toEqual([[1 / 3], [1 / 3]]);
    expect(ensemble).toMatchObject({ leftOut: ['variety'], exactMatch: null, judgedOn: 'holdout' });
  });

  it('takes those that are asked for, in that order', async () => {
    both();
    const one = await createEnsemble(request(['run-both'], { targets: ['variety'] }));
    expect(one.targets.map(({ name }) => name)).toEqual(['variety']);
    expect(one.leftOut).toEqual(['disease']);
    const two = await createEnsemble(request(['run-both'], { targets: ['variety', 'disease'] }));
    expect(two.targets.map(({ name }) => name)).toEqual(['variety', 'disease']);
  });

  it('says which run does not predict a target, and when nothing is shared', async () => {
    both();
    finishedRun('run-disease', { disease: [0, 1, 1, 0, 0, 0] });
    finishedRun('run-variety', { variety: [2, 0, 0, 1, 2, 0] });
    await expect(
      createEnsemble(request(['run-both', 'run-disease'], { targets: ['variety'] })),
    ).rejects.toMatchObject({
      code: 'ENSEMBLE_TARGETS_DIFFER',
      message: 'run-disease does not predict "variety": it was trained on "disease".',
    });
    await expect(createEnsemble(request(['run-disease', 'run-variety']))).rejects.toMatchObject({
      code: 'ENSEMBLE_TARGETS_DIFFER',
      message: 'run-disease predicts "disease", and run-variety "variety": no target is in all members.',
    });
  });

  it('fills in every column of a sample submission, one or several', async () => {
    both();
    const submit = async (sample: string | null, more: object = {}): Promise<string> => {
      const path = sample === null ? null : join(workspace, 'sample.csv');
      if (path !== null) writeFileSync(path, sample!);
      const out = join(workspace, 'out.csv');
      await createEnsemble(request(['run-both'], { sampleSubmission: path, out, ...more }));
      return readFileSync(out, 'utf8');
    };
    expect(await submit('image_id,variety,disease\nt1,,\nt2,,\n')).toBe(
      'image_id,variety,disease\nt1,PY,blast\nt2,ADT,normal\n',
    );
    expect(await submit('image_id,disease\nt2,\nt1,\n')).toBe('image_id,disease\nt2,normal\nt1,blast\n');
    expect(await submit(null)).toBe('image_id,disease,variety\nt1,blast,PY\nt2,normal,ADT\n');
    // A column of another name takes a target when it is the only one.
    await expect(submit('image_id,label\nt1,\n')).rejects.toMatchObject({ code: 'SUBMISSION_INVALID' });
    expect(await submit('image_id,label\nt1,\n', { targets: ['disease'] })).toBe(
      'image_id,label\nt1,blast\n',
    );
  });
});

describe('what hidden answers say', () => {
  it('of each column, and of all of them together', async () => {
    const write = (name: string, text: string): string => {
      writeFileSync(join(workspace, name), text);
      return join(workspace, name);
    };
    const submission = write('s.csv', 'image_id,disease,variety\nt1,blast,PY\nt2,normal,ADT\nt3,normal,PY\n');
    const answers = write(
      'a.csv',
      'image_id,disease,variety,age\nt1,blast,PY,1\nt2,normal,IR20,2\nt3,normal,,3\n',
    );
    expect(await scoreSubmission(submission, answers)).toEqual([
      { kind: 'column', column: 'disease', images: 3, wrong: 0, errorRate: 0 },
      { kind: 'column', column: 'variety', images: 2, wrong: 1, errorRate: 0.5 },
      { kind: 'exact-match', column: 'disease+variety', images: 2, wrong: 1, errorRate: 0.5 },
    ]);
  });

  it('a report has tables, curves, confusions and scores of each target', async () => {
    both();
    finishedRun('run-twin', { disease: [0, 1, 0, 0, 0, 1], variety: [2, 0, 0, 1, 2, 0] });
    await createEnsemble(request(['run-both', 'run-twin'], { weights: [1, 2] }));
    const answers = join(workspace, 'answers.csv');
    writeFileSync(answers, 'image_id,disease,variety\nt1,blast,PY\nt2,blast,ADT\n');
    const out = join(workspace, 'report.html');
    const { hidden } = await createReport({ workspace, runs: [], answers, title: 'Two targets', out });
    const runs = (errorRate: number) => ['run-both', 'run-twin'].map((run) => ({ run, errorRate }));
    expect(hidden).toEqual({
      targets: [
        { target: 'disease', images: 2, runs: runs(0.5), ensemble: 0.5 },
        { target: 'variety', images: 2, runs: runs(0), ensemble: 0 },
      ],
      exactMatch: { images: 2, runs: runs(0.5), ensemble: 0.5 },
    });
    const html = readFileSync(out, 'utf8');
    for (const target of ['disease', 'variety']) {
      expect(html).toContain(`<h2>Runs: ${target}</h2>`);
      expect(html).toContain(`<h2>What the ensemble confuses: ${target}</h2>`);
      expect(html).toContain(`Loss: validation (solid), training (dashed): ${target}`);
      expect(html).toContain(`Error rate: validation (solid), training (dashed): ${target}`);
      expect(html).toContain(`<span>${target}: ensemble’s error rate</span>`);
    }
    expect(html).toContain('wrong in at least one target, on 2 hidden answers');
    expect(html.match(/class="confusion"/g)).toHaveLength(2);
    expect(html).not.toMatch(/undefined|NaN|<script/);
  });
});
