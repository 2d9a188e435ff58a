import { existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cachedManifest } from '../../../src-main/dataset/manifest-store.ts';
import { unpackedFolder } from '../../../src-main/dataset/unpack.ts';
import { checkArchive } from '../../../src-main/dataset/unpack-limits.ts';
import { picture, temporaryFolder } from './pictures.ts';
import { type ZipEntry, zipOf } from './zip-file.ts';

async function pictures(): Promise<ZipEntry[]> {
  const names = ['cat/1.jpg', 'cat/2.jpg', 'dog/3.jpg', 'dog/4.jpg'];
  return Promise.all(names.map(async (name, i) => ({ name, content: await picture(i) })));
}
async function archive(
  entries: readonly ZipEntry[],
  name = 'pets.zip',
): Promise<{ path: string; workspace: string }> {
  const folder = await temporaryFolder();
  const path = join(folder, name);
  writeFileSync(path, zipOf(entries));
  return { path, workspace: join(folder, 'workspace') };
}
async function refusal(entries: readonly ZipEntry[]): Promise<unknown> {
  const { path, workspace } = await archive(entries);
  const failure = await unpackedFolder(workspace, path).catch((error: unknown) => error);
  // Whatever was wrong, nothing stays behind and nothing is outside.
  expect(await readdir(join(workspace, 'imports'))).toEqual([]);
  expect((await readdir(join(workspace, '..'))).sort()).toEqual(['pets.zip', 'workspace']);
  return failure;
}

describe('a zip as a dataset', () => {
  it('is unpacked into the workspace once, and read like a folder of its name', async () => {
    const { path, workspace } = await archive(await pictures());
    const stages: string[] = [];
    const manifest = await cachedManifest(
      workspace,
      path,
      {},
      { onProgress: ({ stage }) => stages.push(stage) },
    );
    expect(manifest).toMatchObject({ name: 'pets', format: 'folder' });
    expect(manifest.train.map(({ id }) => id)).toEqual(['cat/1.jpg', 'cat/2.jpg', 'dog/3.jpg', 'dog/4.jpg']);
    expect(stages).toContain('unpacking');
    const again: string[] = [];
    await cachedManifest(workspace, path, {}, { onProgress: ({ stage }) => again.push(stage) });
    expect(again).not.toContain('unpacking');
    // Runs that were queued on it go on when the archive itself was tidied away.
    rmSync(path);
    expect((await cachedManifest(workspace, path)).hash).toBe(manifest.hash);
  });

  it('stays only where there is a dataset in it', async () => {
    const { path, workspace } = await archive([{ name: 'notes/read.txt', content: 'nothing to see' }]);
    await expect(cachedManifest(workspace, path)).rejects.toMatchObject({
      code: 'DATASET_EMPTY',
      message: `There are no pictures in ${path}.`,
    });
    expect(await readdir(join(workspace, 'imports'))).toEqual([]);
  });

  it('is unpacked anew when it has changed', async () => {
    const { path, workspace } = await archive(await pictures());
    const first = await unpackedFolder(workspace, path);
    utimesSync(path, 1, 1);
    expect((await unpackedFolder(workspace, path)).folder).not.toBe(first.folder);
  });

  it('passes over links, junk and names that differ in case alone, and says so', async () => {
    const { path, workspace } = await archive([
      ...(await pictures()),
      { name: 'cat/link.jpg', content: '/etc/passwd', mode: 0o120777 },
      { name: '__MACOSX/cat/._1.jpg', content: 'x' },
      { name: 'CAT/1.JPG', content: await picture(9) },
      { name: 'empty/', content: '' },
    ]);
    const { folder, files, notes } = await unpackedFolder(workspace, path);
    expect(files).toBe(4);
    expect(notes.join(' ')).toMatch(/1 link in.*1 hidden.* file in.*1 repeated name in/);
    expect(readdirSync(folder).sort()).toEqual(['cat', 'dog']);
    expect(existsSync(join(folder, 'cat', 'link.jpg'))).toBe(false);
  });

  it.each([
    '../outside.jpg',
    'cat/../../outside.jpg',
    '/etc/outside.jpg',
    'C:/outside.jpg',
    '..\\outside.jpg',
  ])('is refused when a name leads out of it: %s', async (name) => {
    expect(await refusal([...(await pictures()), { name, content: 'x' }])).toMatchObject({
      code: 'ARCHIVE_REFUSED',
    });
  });

  it('is refused when it is locked, when a file lies where a folder must, and when a file is longer than it said', async () => {
    const some = await pictures();
    expect(await refusal([{ ...some[0]!, encrypted: true }])).toMatchObject({ code: 'ARCHIVE_REFUSED' });
    expect(await refusal([{ name: 'cat', content: 'x' }, some[0]!])).toMatchObject({
      code: 'ARCHIVE_REFUSED',
    });
    expect(await refusal([{ ...some[0]!, claims: { crc: 1 } }])).toMatchObject({ code: 'ARCHIVE_DAMAGED' });
  });

  it('is told to be damaged when it was cut short or is no zip', async () => {
    const folder = await temporaryFolder();
    const whole = zipOf(await pictures());
    for (const [name, bytes] of [
      ['cut.zip', whole.subarray(0, whole.length / 2)],
      ['text.zip', Buffer.from('not a zip at all')],
      ['empty.zip', Buffer.alloc(0)],
    ] as const) {
      writeFileSync(join(folder, name), bytes);
      await expect(unpackedFolder(join(folder, 'w'), join(folder, name))).rejects.toMatchObject({
        code: 'ARCHIVE_DAMAGED',
        message: expect.stringContaining(name) as string,
      });
    }
    await expect(unpackedFolder(join(folder, 'w'), join(folder, 'gone.zip'))).rejects.toMatchObject({
      code: 'DATASET_NOT_FOUND',
    });
  });

  it('stops when it is told to, and leaves nothing', async () => {
    const { path, workspace } = await archive(await pictures());
    const controller = new AbortController();
    const stopped = unpackedFolder(workspace, path, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(readdirSync(join(workspace, 'imports'))).toEqual([]);
  });
});

describe('what an archive may say of itself', () => {
  const facts = { files: 10, bytes: 5e9, archiveBytes: 4e9, freeBytes: 1e12 };
  it('is bounded: bombs, too many files, and more than the disk holds', () => {
    expect(() => checkArchive('a.zip', facts)).not.toThrow();
    expect(() => checkArchive('a.zip', { ...facts, archiveBytes: 1e6 })).toThrow(/5000 times its size/);
    expect(() => checkArchive('a.zip', { ...facts, files: 3_000_000 })).toThrow(/3,000,000 files/);
    expect(() => checkArchive('a.zip', { ...facts, freeBytes: 5.1e9 })).toThrow(
      /unpacks to 5.00 GB; 5.10 GB are free .*, and 500.0 MB of them are kept/,
    );
    // A small table of one letter is no bomb.
    expect(() => checkArchive('a.zip', { ...facts, bytes: 1e8, archiveBytes: 1e5 })).not.toThrow();
  });
});

it('what is wrong in a zip is told of the zip, and another one in it is named', async () => {
  const { path, workspace } = await archive([{ name: 'data.zip', content: Buffer.from('PK') }]);
  await expect(cachedManifest(workspace, path)).rejects.toMatchObject({
    ...{ code: 'DATASET_EMPTY', message: `There are no pictures in ${path}.` },
    fix: 'It holds data.zip: unpack that, and give the folder that comes out.',
  });
});
