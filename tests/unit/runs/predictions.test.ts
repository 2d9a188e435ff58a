import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Predictions,
  encodePredictions,
  readPredictions,
  writePredictions,
} from '../../../src-main/runs/predictions.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../shared/safetensors/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-predictions-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Two targets, one of them with dots and a quote in its names; test pictures without labels. */
const predictions: Predictions = {
  targets: [
    { name: 'label', classes: ['blast', 'normal', 'tungro'] },
    { name: 'plant.variety "x"', classes: ['ADT45', 'Āṇḍrū'] },
  ],
  sets: {
    valid: {
      ids: ['b.jpg', 'a.jpg'],
      plain: [Float32Array.of(0.5, 0.25, 0.25, 0, 0, 1), Float32Array.of(1, 0, 0.5, 0.5)],
      tta: [Float32Array.of(0.1, 0.2, 0.7, 0, 1, 0), Float32Array.of(0.75, 0.25, 0, 1)],
      labels: [Int32Array.of(0, 2), Int32Array.of(-1, 1)],
    },
    test: {
      ids: ['t/1.jpg'],
      plain: [Float32Array.of(0, 1, 0), Float32Array.of(0, 1)],
      tta: null,
      labels: null,
    },
  },
};

describe('predictions.safetensors', () => {
  it('gives back what was written: sets, targets, order of ids, labels', async () => {
    writePredictions(folder, predictions);
    expect(await readPredictions(folder)).toEqual(predictions);
  });

  it('names its tensors as docs/file-formats.md says', () => {
    const file = decodeSafetensors(encodePredictions(predictions));
    expect([...file.tensors.keys()]).toEqual(
      expect.arrayContaining([
        'valid.plain.label',
        'valid.tta.label',
        'labels.valid.label',
        'test.plain.label',
      ]),
    );
    expect(file.tensors.get('valid.plain.label')).toMatchObject({ dtype: 'F32', shape: [2, 3] });
    expect(file.tensors.get('labels.valid.label')).toMatchObject({ dtype: 'I32', shape: [2] });
    expect(JSON.parse(file.metadata['ids.valid']!)).toEqual(['b.jpg', 'a.jpg']);
    expect(JSON.parse(file.metadata['classes.label']!)).toEqual(['blast', 'normal', 'tungro']);
  });

  it('refuses to write tables that do not fit their ids', () => {
    const wrong = structuredClone(predictions);
    wrong.sets.valid!.ids.pop();
    expect(() => encodePredictions(wrong)).toThrow(expect.objectContaining({ code: 'SAFETENSORS_INVALID' }));
    const twice = structuredClone(predictions);
    twice.sets.valid!.ids = ['a.jpg', 'a.jpg'];
    expect(() => encodePredictions(twice)).toThrow(/stands twice/);
  });

  it('says so when a run has none yet, when a tensor is missing and when the version is another', async () => {
    await expect(readPredictions(folder)).rejects.toMatchObject({ code: 'RUN_NOT_FINISHED' });
    const file = decodeSafetensors(encodePredictions(predictions));
    file.tensors.delete('valid.plain.label');
    writeFileSync(join(folder, 'predictions.safetensors'), encodeSafetensors(file));
    await expect(readPredictions(folder)).rejects.toThrow(/"valid.plain.label" is missing/);
    file.metadata['version'] = '9';
    writeFileSync(join(folder, 'predictions.safetensors'), encodeSafetensors(file));
    await expect(readPredictions(folder)).rejects.toMatchObject({ code: 'RUN_CORRUPT' });
    writeFileSync(join(folder, 'predictions.safetensors'), 'cut');
    await expect(readPredictions(folder)).rejects.toMatchObject({ code: 'SAFETENSORS_INVALID' });
  });
});
