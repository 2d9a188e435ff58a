import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeManifest } from '../../../src-main/dataset/manifest-store.ts';
import { storedManifest, storedSampleSubmission } from '../../../src-main/runs/manifest-store.ts';
import { exampleManifest } from '../scheduler/fixture-worker.ts';

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'granary-manifests-'));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

describe('a dataset’s manifest in a workspace', () => {
  it('is found by the dataset’s hash, wherever the reader of datasets put it; the newest wins', () => {
    const old = writeManifest(workspace, '/data/paddy', {}, { ...exampleManifest, name: 'old' });
    writeManifest(workspace, '/elsewhere/paddy', {}, { ...exampleManifest, name: 'new' });
    writeManifest(workspace, '/data/other', {}, { ...exampleManifest, hash: 'f'.repeat(64) });
    utimesSync(old, 1, 1);
    expect(storedManifest(workspace, exampleManifest.hash)?.name).toBe('new');
    expect(storedManifest(workspace, 'e'.repeat(64))).toBeNull();
  });

  it('names the sample submission while that is there', () => {
    const root = join(workspace, 'data');
    mkdirSync(root);
    const sampleSubmission = {
      path: 'sample_submission.csv',
      idColumn: 'image_id',
      targetColumns: ['label'],
      ids: ['1.jpg'],
    };
    writeManifest(workspace, root, {}, { ...exampleManifest, root, sampleSubmission });
    expect(storedSampleSubmission(workspace, exampleManifest.hash)).toBeNull();
    writeFileSync(join(root, 'sample_submission.csv'), 'image_id,label\n1.jpg,\n');
    expect(storedSampleSubmission(workspace, exampleManifest.hash)).toBe(join(root, 'sample_submission.csv'));
  });

  it('is null in a workspace without datasets, and survives another dataset’s damaged file', () => {
    expect(storedManifest(workspace, exampleManifest.hash)).toBeNull();
    mkdirSync(join(workspace, 'datasets', 'broken'), { recursive: true });
    writeFileSync(join(workspace, 'datasets', 'broken', 'manifest.json'), '{');
    writeManifest(workspace, '/data/paddy', {}, exampleManifest);
    expect(storedManifest(workspace, exampleManifest.hash)?.name).toBe('paddy');
  });
});
