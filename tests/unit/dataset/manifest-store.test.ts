import { rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cachedManifest, datasetFolder, readManifest } from '../../../src-main/dataset/manifest-store.ts';
import { addFiles, datasetOf, picture, temporaryFolder } from './pictures.ts';

const files = { 'cat/1.jpg': 1, 'cat/2.jpg': 2, 'dog/3.jpg': 3, 'dog/4.jpg': 4, 'dog/broken.jpg': 'x' };

describe('cachedManifest', () => {
  it('opens nothing the second time, and gives the same manifest', async () => {
    const [workspace, root] = [await temporaryFolder(), await datasetOf(files)];
    const first = await cachedManifest(workspace, root);
    expect(first.stats.imagesPerSecond).toBeGreaterThan(0);
    const second = await cachedManifest(workspace, root);
    expect(second.stats.imagesPerSecond).toBe(0);
    expect({ ...second, stats: null }).toEqual({ ...first, stats: null });
    expect(readManifest(workspace, root)!.hash).toBe(first.hash);
  });

  it('looks again at what was added, removed, replaced or repaired', async () => {
    const [workspace, root] = [await temporaryFolder(), await datasetOf(files)];
    const first = await cachedManifest(workspace, root);
    await addFiles(root, { 'cow/5.jpg': 5, 'dog/broken.jpg': 6 });
    await rm(join(root, 'cat/2.jpg'));
    const second = await cachedManifest(workspace, root);
    expect(second.train.map((record) => record.id)).toEqual([
      'cat/1.jpg',
      'cow/5.jpg',
      'dog/3.jpg',
      'dog/4.jpg',
      'dog/broken.jpg',
    ]);
    expect(second.problems.map((problem) => problem.code)).toEqual(['small-class']);
    expect(second.hash).not.toBe(first.hash);

    // Other bytes of the same length count as a change by their time alone.
    const bytes = await picture(7);
    const other = Buffer.from(bytes);
    other[other.length - 10]! ^= 1;
    await writeFile(join(root, 'cat/1.jpg'), bytes);
    const third = await cachedManifest(workspace, root);
    await writeFile(join(root, 'cat/1.jpg'), other);
    await utimes(join(root, 'cat/1.jpg'), new Date(), new Date(Date.now() + 5000));
    const fourth = await cachedManifest(workspace, root);
    expect(fourth.train[0]!.sha256).not.toBe(third.train[0]!.sha256);
    expect(readManifest(workspace, root)!.hash).toBe(fourth.hash);
  });

  it('starts afresh from a cache that is damaged', async () => {
    const [workspace, root] = [await temporaryFolder(), await datasetOf(files)];
    const first = await cachedManifest(workspace, root);
    for (const name of ['checks.json', 'manifest.json'])
      await writeFile(join(datasetFolder(workspace, root), name), '{"version":1,"files":[{');
    expect(readManifest(workspace, root)).toBeNull();
    const second = await cachedManifest(workspace, root);
    expect(second.hash).toBe(first.hash);
    expect(second.stats.imagesPerSecond).toBeGreaterThan(0);
    expect(readManifest(workspace, root)!.hash).toBe(first.hash);
  });

  it('keeps different ways of reading one dataset apart, and opens no file twice for them', async () => {
    const [workspace, root] = [await temporaryFolder(), await datasetOf({ ...files, 'test/9.jpg': 9 })];
    await cachedManifest(workspace, root, { testDir: null });
    expect(readManifest(workspace, root)).toBeNull();
    expect(readManifest(workspace, root, { testDir: null })!.test).toEqual([]);
    const guessed = await cachedManifest(workspace, root);
    expect(guessed.test.length).toBe(1);
    expect(guessed.stats.imagesPerSecond).toBe(0);
    expect(readManifest(workspace, root)!.hash).toBe(guessed.hash);
    // What this way leaves alone is remembered for the other.
    await cachedManifest(workspace, root, { imagesDir: 'cat', testDir: null }).catch(() => undefined);
    expect((await cachedManifest(workspace, root, { testDir: null })).stats.imagesPerSecond).toBe(0);
  });
});
