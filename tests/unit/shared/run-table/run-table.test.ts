import { describe, expect, it } from 'vitest';
import { pictureSets, samePictures } from '../../../../shared/run-table/comparable.ts';
import { fieldNamed, fieldsOf } from '../../../../shared/run-table/fields.ts';
import { figureLabel, figureMeaning, figuresOfRun } from '../../../../shared/run-table/figures.ts';
import { parseFilter } from '../../../../shared/run-table/filter.ts';
import { differingSettings } from '../../../../shared/run-table/settings.ts';
import { sortRows } from '../../../../shared/run-table/sort.ts';
import { exampleEpoch, exampleResult } from '../../runs/example-run.ts';
import { exampleRow } from './example-row.ts';

const rows = [
  exampleRow('a', 0.2, { tags: ['night1', 'good'], note: 'jumps at epoch four' }),
  exampleRow('b', null, { state: 'failed', name: 'convnext x 64' }),
  exampleRow('c', 0.05, { settings: { arch: 'convnext_tiny', size: '320x240', lr: 0.01 } }),
  exampleRow('d', 0.2, { archived: true, name: 'resnet x 128' }),
];
const fields = fieldsOf(rows);
const ids = (found: readonly { id: string }[]): string => found.map(({ id }) => id).join('');
const filtered = (text: string): string => ids(rows.filter(parseFilter(text, fields, null)));

describe('parseFilter', () => {
  it.each([
    ['', 'abcd'],
    ['state=finished', 'acd'],
    ['state!=finished', 'b'],
    ['state=failed,running', 'b'],
    ['valid.error_rate<=5%', 'c'],
    ['error_rate<0.3 holdout_error_rate>=0.1', 'ad'],
    ['tag=good', 'a'],
    ['tag=', 'bcd'],
    ['arch~convnext', 'c'],
    ['size=320x240', 'c'],
    ['lr>=0.01', 'c'],
    ['"epoch four"', 'a'],
    ['RESNET', 'd'],
    ['-resnet -x', 'ac'],
    ['name="convnext x 64"', 'b'],
    ['valid.rmse<1', ''],
  ])('%s', (text, expected) => expect(filtered(text)).toBe(expected));

  it('says which fields there are when a term names none, and that a comparison needs a value', () => {
    expect(() => filtered('error<1')).toThrow(
      expect.objectContaining({ code: 'USAGE', fix: expect.stringContaining('valid.error_rate') }),
    );
    expect(() => filtered('lr>')).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('tests the figures of the target that is asked for', () => {
    const two = exampleRow('e', 0.5);
    two.targets.push({ target: 'season', figures: { 'valid.error_rate': 0.01 } });
    expect(parseFilter('error_rate<0.1', fieldsOf([two]), null)(two)).toBe(false);
    expect(parseFilter('error_rate<0.1', fieldsOf([two]), 'season')(two)).toBe(true);
  });
});

describe('sortRows', () => {
  const error = fieldNamed(fields, 'error_rate');
  it('puts the smallest first, ties newest first, and rows without a value last either way round', () => {
    expect(ids(sortRows(rows, error, false, null))).toBe('cdab');
    expect(ids(sortRows(rows, error, true, null))).toBe('dacb');
  });

  it('reads numbers in names as numbers, and leaves the given rows alone', () => {
    const sizes = ['x 64', 'x 128', 'x 32'].map((name, index) => ({ ...rows[index]!, name }));
    const sorted = sortRows(sizes, fieldNamed(fields, 'name'), false, null);
    expect(sorted.map(({ name }) => name)).toEqual(['x 32', 'x 64', 'x 128']);
    expect(sizes[0]!.name).toBe('x 64');
  });
});

describe('figures', () => {
  it('have a direction and a way of writing by the metric, whatever the metric is', () => {
    expect(figureMeaning('holdout.error_rate.tta')).toMatchObject({ pictures: 'holdout', which: 'tta' });
    expect(figureMeaning('valid.rmse.best')?.metric).toMatchObject({ label: 'RMSE', direction: 'lower' });
    expect(figureMeaning('valid.accuracy')?.metric).toMatchObject({ direction: 'higher', unit: 'share' });
    expect(figureMeaning('created')).toBeNull();
    expect(figureLabel('holdout.error_rate.tta')).toBe('Hold-out error, TTA');
  });

  it('keep the best of all epochs beside the last', () => {
    const epochs = [0.4, 0.1, 0.3].map((errorRate, index) => ({
      ...exampleEpoch(index + 1),
      targets: [{ name: 'label', trainLoss: 1, validLoss: errorRate * 2, errorRate }],
    }));
    const [label] = figuresOfRun({ epochs, result: exampleResult() });
    expect(label).toMatchObject({
      target: 'label',
      figures: { 'valid.error_rate': 0.2, 'valid.error_rate.best': 0.1, 'valid.loss.best': 0.2 },
    });
  });
});

describe('comparable', () => {
  it('takes figures for comparable only when they are of the same pictures', () => {
    const [a, , c] = rows as [(typeof rows)[0], unknown, (typeof rows)[0]];
    expect(samePictures(a, c, 'valid')).toBe(false);
    expect(samePictures(a, c, 'holdout')).toBe(true);
    expect(samePictures(a, { ...c, datasetHash: 'other' }, 'holdout')).toBe(false);
    expect(samePictures({ ...a, validHash: null }, { ...a, validHash: null }, 'valid')).toBe(false);
    expect(pictureSets(rows, 'valid')).toBe(4);
    expect(pictureSets(rows, 'holdout')).toBe(1);
  });

  it('names only the settings that differ', () => {
    expect(differingSettings(rows.map(({ settings }) => settings))).toEqual(['arch', 'size', 'lr']);
    expect(differingSettings([rows[0]!.settings, rows[1]!.settings])).toEqual([]);
  });
});
