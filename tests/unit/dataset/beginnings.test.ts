import { describe, expect, it } from 'vitest';
import { inspectDataset } from '../../../src-main/dataset/inspect.ts';
import type { DatasetOptions } from '../../../shared/records/dataset.ts';
import { type Content, datasetOf } from './pictures.ts';

/** What a table trains on, and what is told of its other rows. */
async function read(files: Record<string, Content>, rows: string[], options: DatasetOptions = {}) {
  const root = await datasetOf({ ...files, 'train.csv': `file,label\n${rows.join('\n')}\n` });
  const { train, problems } = await inspectDataset(root, options);
  const told = problems.find(({ code }) => code === 'row-without-file');
  return {
    train: Object.fromEntries(train.map(({ path, labels }) => [path, labels.join()])),
    told: Object.fromEntries((told?.ids ?? []).map((id, i) => [id, told!.items![i]!.about])),
  };
}
const elsewhere = (path: string): string => `not in that folder; ${path} has its name`;

describe('paths of a table that begin elsewhere', () => {
  it('do not take the pictures of a folder that is here for those of one that is not', async () => {
    const rows = ['/mnt/d/cam1/1.jpg,x', '/mnt/d/cam1/2.jpg,y', '/mnt/d/cam2/2.jpg,x', '/mnt/d/cam2/3.jpg,x'];
    const cam1 = { 'cam1/1.jpg': 1, 'cam1/2.jpg': 2, 'cam1/3.jpg': 3 };
    const { train, told } = await read(cam1, rows);
    expect(train).toEqual({ 'cam1/1.jpg': 'x', 'cam1/2.jpg': 'y' });
    expect(told).toEqual({
      '/mnt/d/cam2/2.jpg': elsewhere('cam1/2.jpg'),
      '/mnt/d/cam2/3.jpg': elsewhere('cam1/3.jpg'),
    });
  });

  it('go by names alone only if all are of one folder, and none of a folder that is here', async () => {
    const pics = { 'pics/1.jpg': 1, 'pics/2.jpg': 2, 'pics/3.jpg': 3 };
    const one = await read(pics, ['/old/a/1.jpg,x', '/old/a/2.jpg,y', '/old/b/9.jpg,y', '/old/b/3.jpg,y']);
    expect(one.train).toEqual({ 'pics/1.jpg': 'x', 'pics/2.jpg': 'y' });
    expect(one.told).toEqual({ '/old/b/3.jpg': elsewhere('pics/3.jpg') });
    const rows = ['/old/a/1.jpg,x', '/old/a/2.jpg,y', '/old/b/1.jpg,x', '/old/b/2.jpg,y'];
    await expect(read(pics, rows)).rejects.toMatchObject({ code: 'DATASET_EMPTY' });
    await expect(read(pics, [...rows.slice(0, 2), '/new/pics/9.jpg,x'])).rejects.toMatchObject({
      code: 'DATASET_EMPTY',
    });
  });

  it('begin alike: of train/ and valid/, which are both not here, pictures are those of the one', async () => {
    const images = { 'images/1.jpg': 1, 'images/2.jpg': 2, 'images/3.jpg': 3 };
    const train = ['train/images/1.jpg,x', 'train/images/2.jpg,y', 'train/images/3.jpg,y'];
    const valid = 'valid/images/2.jpg,x';
    for (const begins of ['', '/me/']) {
      const { told, ...taken } = await read(
        images,
        [...train, valid].map((row) => begins + row),
      );
      expect(taken.train).toEqual({ 'images/1.jpg': 'x', 'images/2.jpg': 'y', 'images/3.jpg': 'y' });
      expect(told).toEqual({ [`${begins}valid/images/2.jpg`]: elsewhere('images/2.jpg') });
    }
    // Either could be the one that lies here.
    const others = [4, 5, 6].map((n) => `train/images/${n}.jpg,x`);
    await expect(read(images, [...train, ...others, valid])).rejects.toMatchObject({
      code: 'DATASET_EMPTY',
      message: expect.stringContaining(elsewhere('images/1.jpg')) as string,
    });
  });

  it.each([
    [
      'classes that lie in one folder here',
      (n: number) => `/me/${n < 4 ? 'cats' : 'dogs'}/${n}.jpg`,
      'images',
    ],
    ['parts of two places', (n: number) => (n < 4 ? `/in/set-1/p/${n}.jpg` : `/in/set-2/p/${n}.jpg`), 'p'],
    ['one row that is shorter', (n: number) => (n < 1 ? `train/${n}.jpg` : `zip/train/${n}.jpg`), 'train'],
  ])('are all read where every one has a picture of its own: %s', async (_, pathOf, folder) => {
    const numbers = [0, 1, 2, 3, 4, 5, 6, 7];
    const files = Object.fromEntries(numbers.map((n) => [`${folder}/${n}.jpg`, n]));
    const rows = numbers.map((n) => `${pathOf(n)},${n < 4 ? 'x' : 'y'}`);
    const { train } = await read(files, rows);
    expect(Object.values(train)).toEqual(['x', 'x', 'x', 'x', 'y', 'y', 'y', 'y']);
  });

  it('are not read beside paths that are found as they stand', async () => {
    const { train, told } = await read({ 'images/1.jpg': 1, 'images/2.jpg': 2, 'images/3.jpg': 3 }, [
      'images/1.jpg,x',
      'images/2.jpg,y',
      'valid/images/3.jpg,x',
    ]);
    expect(train).toEqual({ 'images/1.jpg': 'x', 'images/2.jpg': 'y' });
    expect(told).toEqual({ 'valid/images/3.jpg': elsewhere('images/3.jpg') });
  });

  it('mean the longest folder that is here, also where that lacks the picture or is spelt otherwise', async () => {
    const files = { 'data/images/1.jpg': 1, 'images/1.jpg': 2, 'data/images/2.jpg': 3, 'images/3.jpg': 4 };
    const rows = ['/x/Data/images/1.jpg,x', '/x/data/images/2.jpg,y', '/x/data/images/3.jpg,y'];
    const { train, told } = await read(files, rows);
    expect(train).toEqual({ 'data/images/1.jpg': 'x', 'data/images/2.jpg': 'y' });
    expect(told).toEqual({ '/x/data/images/3.jpg': elsewhere('images/3.jpg') });
  });

  it.each(['zip/', '/me/zip/'])('may name pictures without extension: %s', async (begins) => {
    const { train } = await read({ 'pics/a.jpg': 1, 'pics/b.jpg': 2 }, [
      `${begins}pics/a,x`,
      `${begins}pics/b,y`,
    ]);
    expect(train).toEqual({ 'pics/a.jpg': 'x', 'pics/b.jpg': 'y' });
  });
});

describe('test pictures that a training table names', () => {
  const files = {
    ...{ 'images/a.jpg': 1, 'images/b.jpg': 2, 'images/c.jpg': 3, 'images/d.jpg': 4 },
    ...{ 'test/images/c.jpg': 5, 'test/images/e.jpg': 6 },
  };

  it.each(['', '/me/'])('are told, and no other picture is taken for them: %s', async (begins) => {
    const rows = ['images/a.jpg,x', 'images/b.jpg,y', 'test/images/c.jpg,x', 'test/images/d.jpg,x'];
    const { train, told } = await read(
      files,
      rows.map((row) => begins + row),
    );
    expect(train).toEqual({ 'images/a.jpg': 'x', 'images/b.jpg': 'y' });
    expect(told).toEqual({
      [`${begins}test/images/c.jpg`]: 'is a test picture',
      [`${begins}test/images/d.jpg`]: elsewhere('images/d.jpg'),
    });
  });

  it('do not stand in the way of bare names', async () => {
    const { train, told } = await read(files, ['a.jpg,x', 'c.jpg,y', 'e.jpg,y']);
    expect(train).toEqual({ 'images/a.jpg': 'x', 'images/c.jpg': 'y' });
    expect(told).toEqual({ 'e.jpg': 'is a test picture' });
  });
});

describe('bare names', () => {
  it('are not told apart by the order of the folders; the root and the folder of their label go first', async () => {
    const files = {
      ...{ 'part1/1.jpg': 1, 'part2/1.jpg': 2, 'part2/2.jpg': 3, '3.jpg': 4, 'part1/3.jpg': 5 },
      ...{ 'x/4.jpg': 6, 'y/4.jpg': 7, 'part1/5.jpg': 8, 'part2/y/5.jpg': 9 },
    };
    const rows = ['1.jpg,x', '2.jpg,y', '3.jpg,x', '4.jpg,y', '5.jpg,y'];
    const { train, told } = await read(files, rows);
    expect(train).toEqual({ 'part2/2.jpg': 'y', '3.jpg': 'x', 'y/4.jpg': 'y' });
    const several = 'several files have this name';
    expect(told).toEqual({ '1.jpg': several, '5.jpg': several });
    const { train: named } = await read(files, rows, { imagesDir: 'part1' });
    expect(named).toMatchObject({ 'part1/1.jpg': 'x', 'part1/5.jpg': 'y' });
  });

  it('are looked for in the order that the folders’ names speak for', async () => {
    const files = {
      ...{ 'data/1.jpg': 1, 'images/1.jpg': 2, 'masks/1.jpg': 3, 'masks/2.jpg': 4 },
      ...{ 'images/3.jpg': 5, 'train_images/3.jpg': 6, 'data/4.jpg': 7, 'resized_64/4.jpg': 8 },
    };
    const { train, told } = await read(files, ['1.jpg,x', '2.jpg,y', '3.jpg,y', '4.jpg,x']);
    expect(train).toEqual({
      ...{ 'images/1.jpg': 'x', 'masks/2.jpg': 'y', 'train_images/3.jpg': 'y', 'data/4.jpg': 'x' },
    });
    expect(told).toEqual({});
  });

  it('without extension mean pictures, not what is written of them', async () => {
    const files = {
      ...{
        'JPEGImages/1.jpg': 1,
        'Annotations/1.xml': '<a/>',
        'JPEGImages/2.jpg': 2,
        'JPEGImages/2.json': '{}',
      },
    };
    const { train } = await read(files, ['1,x', '2,y']);
    expect(train).toEqual({ 'JPEGImages/1.jpg': 'x', 'JPEGImages/2.jpg': 'y' });
  });

  it('that no folder is told for are an error that says how to name one', async () => {
    const files = { 'part1/1.jpg': 1, 'part2/1.jpg': 2, 'part1/2.jpg': 3, 'part2/2.jpg': 4 };
    await expect(read(files, ['1.jpg,x', '2.jpg,y'])).rejects.toMatchObject({
      code: 'DATASET_EMPTY',
      fix: expect.stringContaining('--images-dir') as string,
    });
  });
});

it('says of rows of a sample submission where a file of their name lies', async () => {
  const root = await datasetOf({
    ...{ 'train.csv': 'id,label\n1.jpg,x\n2.jpg,y\n', 'train/1.jpg': 1, 'train/2.jpg': 2 },
    ...{ 'test_images/001.jpg': 3, 'test_images/002.jpg': 4 },
    'sample_submission.csv': 'label,id\nx,images/001.jpg\ny,images/003.jpg\n',
  });
  const { problems, sampleSubmission } = await inspectDataset(root);
  expect(sampleSubmission!.idColumn).toBe('id');
  const { ids, items } = problems.find(({ code }) => code === 'row-without-file')!;
  expect(ids.map((id, i) => [id, items![i]!.about])).toEqual([
    ['images/001.jpg', `in sample_submission.csv; ${elsewhere('test_images/001.jpg')}`],
    ['images/003.jpg', 'in sample_submission.csv'],
  ]);
});
