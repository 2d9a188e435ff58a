import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectDataset } from '../../../src-main/dataset/inspect.ts';
import { addFiles, datasetOf } from './pictures.ts';

/** Paddy Doctor's layout: pictures in label folders, three columns that could be targets, test pictures, a submission to fill in. */
const paddy = {
  'train.csv': [
    'image_id,label,variety,age',
    '100.jpg,blast,ADT45,45',
    '101.jpg,hispa,ADT45,50',
    '102.jpg,blast,KarnatakaPonni,45',
    '103.jpg,hispa,Ponni,60',
    '104.jpg,blast,Ponni,60',
    '105.jpg,hispa,ADT45,50',
  ].join('\r\n'),
  'train_images/blast/100.jpg': 1,
  'train_images/hispa/101.jpg': 2,
  'train_images/blast/102.jpg': 3,
  'train_images/hispa/103.jpg': 4,
  'train_images/blast/104.jpg': 5,
  'train_images/hispa/105.jpg': 6,
  'test_images/200.jpg': 7,
  'test_images/201.jpg': 8,
  'sample_submission.csv': 'image_id,label\n201.jpg,\n200.jpg,\n',
};

describe('a table with its pictures', () => {
  it("reads Paddy Doctor's layout without being told anything", async () => {
    const manifest = await inspectDataset(await datasetOf(paddy));
    expect(manifest.format).toBe('csv');
    expect(manifest.problems.filter((p) => p.code !== 'small-class')).toEqual([]);
    expect(manifest.targets.map((target) => [target.name, target.classes, target.counts])).toEqual([
      ['label', ['blast', 'hispa'], [3, 3]],
      ['variety', ['ADT45', 'KarnatakaPonni', 'Ponni'], [3, 1, 2]],
    ]);
    expect(manifest.columns!.map(({ name, role, distinct }) => [name, role, distinct])).toEqual([
      ['image_id', 'image', 6],
      ['label', 'target', 2],
      ['variety', 'target', 3],
      ['age', 'ignore', 3],
    ]);
    expect(manifest.train.find((record) => record.id === '102.jpg')).toMatchObject({
      path: 'train_images/blast/102.jpg',
      labels: ['blast', 'KarnatakaPonni'],
    });
    expect(manifest.test.map((record) => record.id).sort()).toEqual(['200.jpg', '201.jpg']);
    expect(manifest.sampleSubmission).toEqual({
      path: 'sample_submission.csv',
      idColumn: 'image_id',
      targetColumns: ['label'],
      ids: ['201.jpg', '200.jpg'],
    });
  });

  it('is found from the table itself, and from a folder around it', async () => {
    const root = await datasetOf(Object.fromEntries(Object.entries(paddy).map(([k, v]) => [`zip/${k}`, v])));
    const fromTable = await inspectDataset(join(root, 'zip/train.csv'));
    const fromOutside = await inspectDataset(root);
    expect(fromTable.hash).toBe(fromOutside.hash);
    expect(fromOutside.train.length).toBe(6);
    const pictures = await inspectDataset(join(root, 'zip/train_images'));
    expect(pictures).toMatchObject({ format: 'folder', targets: [{ classes: ['blast', 'hispa'] }] });
  });

  it('obeys the roles that the user gives', async () => {
    const root = await datasetOf(paddy);
    const manifest = await inspectDataset(root, { imageColumn: 'image_id', targetColumns: ['age', 'label'] });
    expect(manifest.targets.map((target) => target.name)).toEqual(['age', 'label']);
    expect(manifest.targets[0]!.classes).toEqual(['45', '50', '60']);
    await expect(inspectDataset(root, { targetColumns: ['colour'] })).rejects.toMatchObject({
      code: 'DATASET_BAD_COLUMNS',
      message: 'There is no column "colour".',
      details: ['image_id', 'label', 'variety', 'age'],
    });
  });

  it.each([
    ['byte order mark, semicolons, quotes', '\uFEFF"file";"class"\r\n"a.jpg";"big; cat"\r\nb.jpg;dog\r\n'],
    ['tabs and blank lines', 'file\tclass\na.jpg\tbig; cat\n\nb.jpg\tdog\n\n'],
    ['names without extension, spaces', 'file , class\n a , big; cat\n b , dog\n'],
    ['paths', 'file,class\n./pics/a.jpg,big; cat\npics\\b.jpg,dog\n'],
    ['UTF-16', Buffer.from('\uFEFFfile,class\na.jpg,big; cat\nb.jpg,dog\n', 'utf16le')],
    ['an index column without a name', ',file,class\n0,a.jpg,big; cat\n1,b.jpg,dog\n'],
  ])('reads a table with %s', async (_, table) => {
    const manifest = await inspectDataset(
      await datasetOf({ 'labels.csv': table, 'pics/a.jpg': 1, 'pics/b.jpg': 2 }),
    );
    expect(manifest.train.map((record) => [record.path, record.labels])).toEqual([
      ['pics/a.jpg', ['big; cat']],
      ['pics/b.jpg', ['dog']],
    ]);
  });

  it('reads Windows-1252 where a table is not UTF-8', async () => {
    const table = Buffer.from('file,class\na.jpg,Käfer\nb.jpg,Hund\n', 'latin1');
    const manifest = await inspectDataset(await datasetOf({ 'train.csv': table, 'a.jpg': 1, 'b.jpg': 2 }));
    expect(manifest.targets[0]!.classes).toEqual(['Hund', 'Käfer']);
  });

  it('reports rows without a file and files without a row, and goes on', async () => {
    const manifest = await inspectDataset(
      await datasetOf({
        'train.csv': 'id,label\na.jpg,x\nb.jpg,y\ngone.jpg,x\n,y\n',
        'images/a.jpg': 1,
        'images/b.jpg': 2,
        'images/extra.jpg': 3,
        'elsewhere/unrelated.jpg': 4,
      }),
    );
    expect(manifest.train.map((record) => record.id)).toEqual(['a.jpg', 'b.jpg']);
    expect(manifest.problems.filter((p) => p.code !== 'small-class')).toMatchObject([
      { code: 'file-without-row', severity: 'error', ids: ['images/extra.jpg'], count: 1 },
      { code: 'row-without-file', severity: 'warning', ids: ['gone.jpg', 'row 5'], count: 2 },
    ]);
  });

  it('takes no picture of the same name for one that is not in the folder that its path names', async () => {
    const files = {
      ...{ 'train/b.jpg': 1, 'train/c.jpg': 2, 'other/a.jpg': 3, 'test/d.jpg': 4, 'other/train/e.jpg': 5 },
      ...{ 'one/f.jpg': 6, 'two/f.jpg': 7 },
    };
    const table =
      'file,label\ntrain/b.jpg,x\ntrain/c.jpg,y\ntrain/a.jpg,x\nold/a.jpg,y\ntest/b.jpg,x\n/me/train/a.jpg,x\ntrain/e.jpg,x\ntrain/f.jpg,y\n';
    const manifest = await inspectDataset(await datasetOf({ ...files, 'train.csv': table }));
    expect(manifest.train.map((record) => record.path)).toEqual(['train/b.jpg', 'train/c.jpg']);
    const { ids, items, message } = manifest.problems.find((p) => p.code === 'row-without-file')!;
    const elsewhere = (path: string): string => `not in that folder; ${path} has its name`;
    expect(Object.fromEntries(ids.map((id, i) => [id, items![i]!.about]))).toEqual({
      '/me/train/a.jpg': elsewhere('other/a.jpg'),
      'old/a.jpg': elsewhere('other/a.jpg'),
      'test/b.jpg': elsewhere('train/b.jpg'),
      'train/a.jpg': elsewhere('other/a.jpg'),
      'train/e.jpg': elsewhere('other/train/e.jpg'),
      'train/f.jpg': 'several files have this name',
    });
    expect(message).toContain('/me/train/a.jpg (not in that folder; other/a.jpg has its name)');
  });

  it('says where the pictures are when no path of the table leads to them', async () => {
    const root = await datasetOf({
      'train.csv': 'file,label\ntrain/a.jpg,x\ntrain/b.jpg,y\n',
      'pics/a.jpg': 1,
      'pics/b.jpg': 2,
    });
    await expect(inspectDataset(root)).rejects.toMatchObject({
      code: 'DATASET_EMPTY',
      message: expect.stringContaining(
        '2 rows have no picture; the first: train/a.jpg (not in that folder; pics/a.jpg has its name).',
      ) as string,
    });
  });

  it.each([
    ['further down than the root', '', 'deep/er/pics/a.jpg', 'deep/er/pics/b.jpg'],
    ['further up than the root, whose own folder they name', '', 'HERE/a.jpg', 'HERE/pics/b.jpg'],
    ['further up, from a folder that was unpacked under another name', 'zip/', 'pics/a.jpg', 'pics/b.jpg'],
  ])('finds pictures whose paths begin %s', async (_, before, a, b) => {
    const root = await datasetOf({ 'x.txt': '' });
    const here = root.split('/').pop()!;
    const inside = (path: string): string => path.replace('HERE/', '');
    await addFiles(root, { [inside(a)]: 1, [inside(b)]: 2 });
    const stated = [a, b].map((path) => before + path.replace(/^deep\//, '').replace('HERE', here));
    await addFiles(root, { 'train.csv': `file,label\n${stated[0]!},x\n${stated[1]!},y\n` });
    const manifest = await inspectDataset(root);
    expect(manifest.train.map((record) => record.path).sort()).toEqual([inside(a), inside(b)]);
  });

  it('looks in the folder that the user names before it looks beside the table', async () => {
    const root = await datasetOf({
      ...{ 'train.csv': 'file,label\na.jpg,x\nb/c.jpg,y\n', 'a.jpg': 1, 'pics/a.jpg': 2 },
      ...{ 'b/d.jpg': 3, 'pics/b/c.jpg': 4 },
    });
    const manifest = await inspectDataset(root, { imagesDir: 'pics' });
    expect(manifest.train.map((record) => record.path)).toEqual(['pics/a.jpg', 'pics/b/c.jpg']);
  });

  it('merges rows that repeat, and drops a picture whose rows disagree', async () => {
    const manifest = await inspectDataset(
      await datasetOf({
        'train.csv': 'id,label\na.jpg,x\na.jpg,x\nb.jpg,y\nc.jpg,x\nc.jpg,y\n',
        'images/a.jpg': 1,
        'images/b.jpg': 2,
        'images/c.jpg': 3,
      }),
    );
    expect(manifest.train.map((record) => record.id)).toEqual(['a.jpg', 'b.jpg']);
    const codes = manifest.problems.map((p) => [p.code, p.severity, p.ids]);
    expect(codes).toContainEqual(['duplicate-row', 'warning', ['a.jpg']]);
    expect(codes).toContainEqual(['conflicting-labels', 'error', ['c.jpg']]);
    expect(manifest.problems.find((p) => p.code === 'conflicting-labels')!.message).toContain(
      'c.jpg (label: x, y)',
    );
  });

  it('keeps a picture that lacks one of two labels, and leaves out one that lacks both', async () => {
    const manifest = await inspectDataset(
      await datasetOf({
        'train.csv': 'id,label,kind\na.jpg,x,k\nb.jpg,,l\nc.jpg,,\nd.jpg,y,k\n',
        ...{ 'i/a.jpg': 1, 'i/b.jpg': 2, 'i/c.jpg': 3, 'i/d.jpg': 4 },
      }),
    );
    expect(manifest.train.map((record) => [record.id, record.labels])).toEqual([
      ['a.jpg', ['x', 'k']],
      ['b.jpg', [null, 'l']],
      ['d.jpg', ['y', 'k']],
    ]);
    expect(manifest.targets[0]).toMatchObject({ classes: ['x', 'y'], counts: [1, 1] });
    expect(manifest.problems.filter((p) => p.code === 'missing-label')).toMatchObject([
      { severity: 'error', ids: ['c.jpg'] },
      { severity: 'warning', ids: ['b.jpg'] },
    ]);
  });

  it('refuses paths that lead out of the dataset', async () => {
    const outside = await datasetOf({ 'secret.jpg': 9 });
    const manifest = await inspectDataset(
      await datasetOf({
        'train.csv': `id,label\na.jpg,x\nb.jpg,y\n../${outside.split('/').pop()!}/secret.jpg,x\n${outside}/secret.jpg,y\n`,
        'a.jpg': 1,
        'b.jpg': 2,
      }),
    );
    expect(manifest.train.length).toBe(2);
    expect(manifest.problems.find((p) => p.code === 'outside-root')).toMatchObject({
      severity: 'error',
      count: 2,
    });
  });

  it('goes by paths where two pictures have one name', async () => {
    const same = await inspectDataset(
      await datasetOf({
        'train.csv': 'id,label\n1.jpg,x\n2.jpg,y\n',
        'train/1.jpg': 1,
        'train/2.jpg': 2,
        'test/1.jpg': 3,
        'sample_submission.csv': 'id,label\n1.jpg,x\n',
      }),
    );
    expect(same.test.map((record) => record.id)).toEqual(['1.jpg']);
    expect(same.train.map((record) => record.id)).toEqual(['train/1.jpg', 'train/2.jpg']);
    expect(same.notes!.join()).toContain('training pictures go by their paths');
  });

  it('finds test pictures by the sample submission when there is no test folder', async () => {
    const manifest = await inspectDataset(
      await datasetOf({
        'train.csv': 'image,species\n1,x\n2,y\n3,x\n',
        'sample_submission.csv': 'image,species\n9,x\n8,x\n7,x\n',
        ...{ 'pics/1.png': 1, 'pics/2.png': 2, 'pics/3.png': 3, 'pics/8.png': 8, 'pics/9.png': 9 },
      }),
    );
    expect(manifest.train.map((record) => record.id)).toEqual(['1', '2', '3']);
    expect(manifest.test.map((record) => record.id).sort()).toEqual(['8', '9']);
    expect(manifest.sampleSubmission!.ids).toEqual(['9', '8', '7']);
    expect(manifest.problems.find((p) => p.code === 'row-without-file')).toMatchObject({ ids: ['7'] });
    expect(manifest.problems.find((p) => p.code === 'file-without-row')).toBeUndefined();
  });

  it.each([
    ['two columns of one name', 'a,a\n1.jpg,x\n', 'DATASET_BAD_CSV', /two columns named "a"/],
    [
      'a row that is too long',
      'id,label\n1.jpg,x,y\n',
      'DATASET_BAD_CSV',
      /row 2 has 3 cells, the header has 2/,
    ],
    ['a quote that never ends', 'id,label\n"1.jpg,x\n', 'DATASET_BAD_CSV', /row \d+/],
    ['no rows', 'id,label\n', 'DATASET_BAD_CSV', /no rows/],
    [
      'pictures that are not there',
      'image_id,label\n77.jpg,x\n',
      'DATASET_EMPTY',
      /"77.jpg", but they are not in/,
    ],
    ['no column of pictures', 'label,size\nx,big\n', 'DATASET_BAD_COLUMNS', /No column of .* names pictures/],
    ['no column of labels', 'id\n1.jpg\n', 'DATASET_BAD_COLUMNS', /label/],
  ])('%s is a clear error', async (_, table, code, message) => {
    const root = await datasetOf({ 'train.csv': table, '1.jpg': 1 });
    await expect(inspectDataset(join(root, 'train.csv'))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
      fix: expect.stringMatching(/./) as string,
    });
  });

  it('names the columns of a table where it cannot be guessed what they are for', async () => {
    const table = 'id,stage,grade\n1.jpg,1,2\n2.jpg,2,1\n3.jpg,1,1\n4.jpg,2,2\n';
    const root = await datasetOf({ 'train.csv': table, '1.jpg': 1, '2.jpg': 2, '3.jpg': 3, '4.jpg': 4 });
    const asked = inspectDataset(join(root, 'train.csv'));
    await expect(asked).rejects.toMatchObject({ details: ['id', 'stage', 'grade'] });
    const manifest = await inspectDataset(join(root, 'train.csv'), { targetColumns: ['grade'] });
    expect(manifest.targets[0]!.classes).toEqual(['1', '2']);
  });

  it('says of tables beside pictures without labels why they give none', async () => {
    const root = await datasetOf({ 'train.csv': 'id\n1.jpg\n', 'all/1.jpg': 1, 'all/2.jpg': 2 });
    writeFileSync(join(root, 'labels.xlsx'), 'no table that is read');
    await expect(inspectDataset(root)).rejects.toMatchObject({
      code: 'DATASET_NO_LABELS',
      fix: expect.stringMatching(/^train\.csv gives none: .* Save labels\.xlsx as CSV/) as string,
    });
  });

  it('is not led astray by a table that has nothing to do with the pictures', async () => {
    const manifest = await inspectDataset(
      await datasetOf({ 'notes.csv': 'when,what\nmonday,rain\n', 'cat/1.jpg': 1, 'dog/2.jpg': 2 }),
    );
    expect(manifest.format).toBe('folder');
    expect(manifest.targets[0]!.classes).toEqual(['cat', 'dog']);
  });
});
