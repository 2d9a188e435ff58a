import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectDataset } from '../../../src-main/dataset/inspect.ts';
import { datasetOf } from './pictures.ts';

const labelsOf = (manifest: {
  train: { id: string; labels: (string | null)[] }[];
}): Record<string, string | null> =>
  Object.fromEntries(manifest.train.map((record) => [record.id, record.labels[0]!]));

describe('a folder per label', () => {
  it('takes the first folder as the label; nested folders below it belong to it', async () => {
    const root = await datasetOf({
      'cat/1.jpg': 1,
      'cat/indoor/dark/2.jpg': 2,
      'dog/1.jpg': 3,
      'dog/2.JPEG': 4,
    });
    const manifest = await inspectDataset(root);
    expect(manifest).toMatchObject({
      version: 1,
      kind: 'image',
      format: 'folder',
      root,
      problems: [],
      test: [],
    });
    expect(labelsOf(manifest)).toEqual({
      'cat/1.jpg': 'cat',
      'cat/indoor/dark/2.jpg': 'cat',
      'dog/1.jpg': 'dog',
      'dog/2.JPEG': 'dog',
    });
    expect(manifest.targets).toEqual([
      { name: 'label', kind: 'category', classes: ['cat', 'dog'], counts: [2, 2] },
    ]);
    expect(manifest.train[0]).toMatchObject({ path: 'cat/1.jpg', width: 24, height: 16 });
    expect(manifest.stats).toMatchObject({ filesSeen: 4, usable: 4, leftOut: 0 });
  });

  it('passes over hidden files, junk of operating systems and files that are no pictures', async () => {
    const root = await datasetOf({
      'cat/1.jpg': 1,
      'cat/2.jpg': 2,
      'dog/3.jpg': 3,
      'dog/4.jpg': 4,
      '.DS_Store': 'x',
      'cat/.hidden.jpg': 5,
      'cat/Thumbs.db': 'x',
      'dog/notes.txt': 'x',
      '__MACOSX/cat/._1.jpg': 6,
      '.git/a/1.jpg': 7,
    });
    const manifest = await inspectDataset(root);
    expect(manifest.problems).toEqual([]);
    expect(manifest.targets[0]!.classes).toEqual(['cat', 'dog']);
    expect(manifest.train.length).toBe(4);
  });

  it('goes through a folder that only wraps the dataset', async () => {
    const root = await datasetOf({ 'pets/pets/cat/1.jpg': 1, 'pets/pets/dog/2.jpg': 2 });
    const manifest = await inspectDataset(root);
    expect(manifest.root).toBe(join(root, 'pets/pets'));
    expect(labelsOf(manifest)).toEqual({ 'cat/1.jpg': 'cat', 'dog/2.jpg': 'dog' });
    expect(manifest.notes).toEqual(['The dataset begins in pets/pets/.']);
  });

  it('understands train, valid and test folders', async () => {
    const root = await datasetOf({
      'train/cat/1.jpg': 1,
      'train/dog/2.jpg': 2,
      'valid/cat/3.jpg': 3,
      'valid/dog/4.jpg': 4,
      'test/5.jpg': 5,
      'test/6.jpg': 6,
    });
    const manifest = await inspectDataset(root);
    expect(labelsOf(manifest)).toEqual({
      'train/cat/1.jpg': 'cat',
      'train/dog/2.jpg': 'dog',
      'valid/cat/3.jpg': 'cat',
      'valid/dog/4.jpg': 'dog',
    });
    expect(manifest.test.map((record) => record.id)).toEqual(['test/5.jpg', 'test/6.jpg']);
    expect(manifest.test[0]!.labels).toEqual([]);
    expect(manifest.notes!.join()).toContain('valid/ is read together with train/');
  });

  it('takes test pictures beside the label folders, or none when told so', async () => {
    const files = { 'cat/1.jpg': 1, 'dog/2.jpg': 2, 'test_images/3.jpg': 3 };
    const root = await datasetOf(files);
    const manifest = await inspectDataset(root);
    expect(manifest.targets[0]!.classes).toEqual(['cat', 'dog']);
    expect(manifest.test.map((record) => record.id)).toEqual(['test_images/3.jpg']);
    const all = await inspectDataset(root, { testDir: null });
    expect(all.targets[0]!.classes).toEqual(['cat', 'dog', 'test_images']);
    expect(all.test).toEqual([]);
  });

  it('can be told which folders to read', async () => {
    const root = await datasetOf({ 'a/cat/1.jpg': 1, 'a/dog/2.jpg': 2, 'b/x/3.jpg': 3, 'c/4.jpg': 4 });
    const manifest = await inspectDataset(root, { imagesDir: 'a', testDir: join(root, 'c') });
    expect(labelsOf(manifest)).toEqual({ 'a/cat/1.jpg': 'cat', 'a/dog/2.jpg': 'dog' });
    expect(manifest.test.map((record) => record.path)).toEqual(['c/4.jpg']);
    await expect(inspectDataset(root, { imagesDir: 'nothing' })).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
    });
    await expect(inspectDataset(root, { testDir: '../..' })).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
    });
  });

  it('leaves out pictures that lie in no label folder', async () => {
    const root = await datasetOf({ 'cat/1.jpg': 1, 'dog/2.jpg': 2, 'stray.jpg': 3 });
    const manifest = await inspectDataset(root);
    expect(manifest.problems.filter((p) => p.severity === 'error')).toMatchObject([
      { code: 'missing-label', ids: ['stray.jpg'], count: 1 },
    ]);
    expect(manifest.train.length).toBe(2);
  });

  it('names folders that would be classes and have no picture, and classes that lost all of theirs', async () => {
    const root = await datasetOf({
      ...{ 'train/cat/1.jpg': 1, 'train/cat/2.jpg': 2, 'train/dog/3.jpg': 3, 'train/dog/4.jpg': 4 },
      ...{ 'train/cow/5.jpg': '<html></html>', 'train/owl/notes.txt': 'x', 'valid/cat/6.jpg': 6 },
    });
    for (const empty of ['train/hen', 'train/.cache', 'train/cat/raw', 'valid/dog', 'test'])
      await mkdir(join(root, empty));
    const manifest = await inspectDataset(root);
    expect(manifest.targets[0]!.classes).toEqual(['cat', 'dog']);
    expect(manifest.problems.filter(({ code }) => code === 'empty-class')).toEqual([
      {
        ...{ code: 'empty-class', severity: 'warning', ids: ['train/hen', 'train/owl'], count: 2 },
        items: [
          { path: null, about: 'empty' },
          { path: null, about: 'no picture among its files: 1' },
        ],
        message:
          '2 folders have no picture and become no classes: no run learns or predicts them. The first: train/hen (empty).',
      },
      {
        ...{ code: 'empty-class', severity: 'warning', ids: ['cow'], count: 1 },
        items: [{ path: null, about: null }],
        message:
          '1 class has no usable picture and is left out: no run learns or predicts it. The first: cow.',
      },
    ]);
  });

  it('says nothing of folders that are no classes', async () => {
    const root = await datasetOf({ 'cat/1.jpg': 1, 'cat/2.jpg': 2, 'dog/3.jpg': 3, 'dog/4.jpg': 4 });
    for (const empty of ['test', 'valid_images', 'dog/raw']) await mkdir(join(root, empty));
    expect((await inspectDataset(root)).problems).toEqual([]);
  });

  it('gives the same hash for the same pictures elsewhere, another one when a label changes', async () => {
    const one = await inspectDataset(await datasetOf({ 'cat/1.jpg': 1, 'dog/2.jpg': 2 }));
    const copy = await inspectDataset(await datasetOf({ 'dog/2.jpg': 2, 'cat/1.jpg': 1 }));
    const other = await inspectDataset(await datasetOf({ 'cat/1.jpg': 1, 'cow/2.jpg': 2 }));
    expect(copy.hash).toBe(one.hash);
    expect(other.hash).not.toBe(one.hash);
  });
});

describe('what is no dataset', () => {
  it.each([
    ['no pictures', { 'a/notes.txt': 'x' }, 'DATASET_EMPTY', /no pictures/],
    ['pictures without labels', { '1.jpg': 1, '2.jpg': 2 }, 'DATASET_NO_LABELS', /2 pictures but no labels/],
    [
      'a train folder without labels',
      { 'train/1.jpg': 1, 'test/2.jpg': 2 },
      'DATASET_NO_LABELS',
      /one folder "train"/,
    ],
    [
      'one class with pictures and one without',
      { 'cat/1.jpg': 1, 'dog/notes.txt': 'x' },
      'DATASET_NO_LABELS',
      /one folder "cat", .* 1 other folder without a picture: dog\./,
    ],
    [
      'only broken pictures',
      { 'cat/1.jpg': 'x', 'dog/2.jpg': 'y' },
      'DATASET_EMPTY',
      /2 pictures cannot be read/,
    ],
  ] as const)('%s is a clear error', async (_, files, code, message) => {
    await expect(inspectDataset(await datasetOf(files))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
      fix: expect.stringMatching(/./) as string,
    });
  });

  it('so are a path with nothing, an archive, a picture and any other file', async () => {
    const root = await datasetOf({ 'a.zip': 'PK', 'b.jpg': 1, 'c.txt': 'x' });
    const code = (path: string) => inspectDataset(path).then(String, (error: { code: string }) => error.code);
    expect(await code(join(root, 'nowhere'))).toBe('DATASET_NOT_FOUND');
    expect(await code(join(root, 'a.zip'))).toBe('DATASET_UNSUPPORTED');
    expect(await code(join(root, 'b.jpg'))).toBe('DATASET_UNSUPPORTED');
    expect(await code(join(root, 'c.txt'))).toBe('DATASET_UNSUPPORTED');
  });
});
