import { describe, expect, it } from 'vitest';
import { inspectDataset } from '../../../src-main/dataset/inspect.ts';
import { datasetOf } from './pictures.ts';

describe('tables as other programs and systems write them', () => {
  const pictures = {
    'images/Pic_1.JPG': 1,
    'images/Pic_2.JPG': 2,
    'images/Pic_3.JPG': 3,
    'images/Été.jpg': 4,
  };
  const read = async (table: string | Uint8Array) => {
    const manifest = await inspectDataset(await datasetOf({ ...pictures, 'train.csv': table }));
    return Object.fromEntries(manifest.train.map(({ path, labels }) => [path, labels.join()]));
  };
  const both = { 'images/Pic_1.JPG': 'x', 'images/Pic_2.JPG': 'y' };
  const utf16be = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le').swap16();

  it.each([
    ['names in another case', 'image,label\nPIC_1.jpg,x\npic_2.jpg,y\n'],
    [
      'paths of the Windows machine where it was written',
      'image,label\nC:\\me\\images\\Pic_1.JPG,x\nc:\\me\\Images\\Pic_2.jpg,y\n',
    ],
    [
      'paths of another drive, of a folder that is not here',
      'image,label\nD:\\Pic_1.JPG,x\nD:\\Pic_2.jpg,y\n',
    ],
    ['paths of another Unix', 'image,label\n/home/me/images/Pic_1.JPG,x\n/home/me/images/Pic_2.JPG,y\n'],
    ['paths of its folder that is not here', 'image,label\n/mnt/old/Pic_1.JPG,x\n/mnt/old/Pic_2,y\n'],
    ["Excel's line for itself", 'sep=;\r\nimage;label\r\nPic_1.JPG;x\r\nPic_2.JPG;y\r\n'],
    ['UTF-16 the other way round', utf16be('image\tlabel\nPic_1.JPG\tx\nPic_2.JPG\ty\n')],
    ['no row of names', 'Pic_1.JPG,x\nPic_2.JPG,y\n'],
  ])('%s', async (_, table) => {
    expect(await read(table)).toEqual(both);
  });

  it('accents that are composed otherwise', async () => {
    expect(await read(`image,label\n${'Été'.normalize('NFD')}.jpg,x\nPic_2.JPG,y\n`)).toEqual({
      'images/Été.jpg': 'x',
      'images/Pic_2.JPG': 'y',
    });
  });

  it('says that there was no row of names, and takes no file that a name fits for one', async () => {
    const headless = await inspectDataset(
      await datasetOf({ ...pictures, 'train.csv': 'Pic_1.JPG,x\nPic_2.JPG,y\n' }),
    );
    expect(headless.notes).toEqual(['train.csv has no row of column names: its first row names a picture.']);
    expect(headless.columns!.map(({ name, role }) => [name, role])).toEqual([
      ['column 1', 'image'],
      ['column 2', 'target'],
    ]);
    const named = { 'image.jpg': 1, 'label.jpg': 2, 'train.csv': 'image,label\nimage,x\nlabel,y\n' };
    expect((await inspectDataset(await datasetOf(named))).columns!.map(({ name }) => name)).toEqual([
      'image',
      'label',
    ]);
  });

  it('takes cells of a first row without names for no names: they may be empty or equal', async () => {
    expect(await read('Pic_1.JPG,x,x\nPic_2.JPG,y,x\n')).toEqual(both);
    const { train, problems } = await inspectDataset(
      await datasetOf({ ...pictures, 'train.csv': 'Pic_1.JPG,\nPic_2.JPG,y\nPic_3.JPG,x\n,x\n' }),
    );
    expect(train.map(({ labels }) => labels.join())).toEqual(['y', 'x']);
    expect(problems.find(({ code }) => code === 'missing-label')!.ids).toEqual(['Pic_1.JPG']);
    expect(problems.find(({ code }) => code === 'row-without-file')!.ids).toEqual(['row 4']);
  });

  it.each([
    ['', '/'],
    ['C:\\pictures\\', '\\'],
  ])(
    'takes the picture in the folder that is named, spelt otherwise, not one of its name elsewhere: %s',
    async (begins, slash) => {
      const rows = ['Cat/1.JPG,cat', 'CAT/2.JPG,cat', 'dog/1.JPG,dog'].map(
        (row) => begins + row.replace('/', slash),
      );
      const manifest = await inspectDataset(
        await datasetOf({
          ...{ 'cat/1.jpg': 1, 'cat/2.jpg': 2, 'dog/1.JPG': 3, 'dog/2.JPG': 4 },
          'train.csv': `image,label\n${rows.join('\n')}\n`,
        }),
      );
      expect(manifest.train.map(({ path, labels }) => [path, labels.join()])).toEqual([
        ['cat/2.jpg', 'cat'],
        ['cat/1.jpg', 'cat'],
        ['dog/1.JPG', 'dog'],
      ]);
    },
  );

  it('does not choose between files whose names differ in case only', async () => {
    const manifest = await inspectDataset(
      await datasetOf({
        'a/One.jpg': 1,
        'a/one.JPG': 2,
        'a/two.jpg': 3,
        'train.csv': 'image,label\nONE.jpg,x\ntwo.jpg,y\na/One.jpg,z\n',
      }),
    );
    expect(manifest.train.map(({ path }) => path)).toEqual(['a/One.jpg', 'a/two.jpg']);
    expect(manifest.problems.find(({ code }) => code === 'row-without-file')!.message).toContain(
      'ONE.jpg (several files have this name)',
    );
  });

  it('two columns of one name are to be told apart by whoever wrote them', async () => {
    await expect(read('image,label,label\nPic_1.JPG,x,y\n')).rejects.toMatchObject({
      ...{ code: 'DATASET_BAD_CSV', fix: 'Give one of them another name.' },
      message: expect.stringContaining('two columns named "label"') as string,
    });
  });
});
