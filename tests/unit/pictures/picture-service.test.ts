import { existsSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { pictureUrl } from '../../../shared/picture-address.ts';
import type { Manifest } from '../../../shared/records/dataset.ts';
import { inspectDataset } from '../../../src-main/dataset/inspect.ts';
import { writeManifest } from '../../../src-main/dataset/manifest-store.ts';
import { PictureService } from '../../../src-main/pictures/picture-service.ts';
import { ThumbnailStore } from '../../../src-main/pictures/thumbnail-store.ts';
import { ThumbnailWorker } from '../../../src-main/pictures/thumbnail-worker.ts';
import { addFiles, datasetOf, picture, temporaryFolder } from '../dataset/pictures.ts';

const services: PictureService[] = [];
afterEach(() => services.splice(0).forEach((service) => service.close()));

async function served(
  files: Parameters<typeof datasetOf>[0],
  options: ConstructorParameters<typeof PictureService>[1] = {},
): Promise<{ service: PictureService; manifest: Manifest; root: string; url: (id: string) => string }> {
  const root = await datasetOf(files);
  const manifest = await inspectDataset(root);
  const service = new PictureService(await temporaryFolder(), options);
  services.push(service);
  service.catalogue.addDataset(manifest);
  const url = (id: string): string => pictureUrl({ source: manifest.hash, id, size: 128 });
  return { service, manifest, root, url };
}

const classes = { 'dog/2.jpg': 2, 'dog/3.jpg': 3 };

describe('the thumbnail service', () => {
  it('reduces a picture in a worker, keeps it by content and serves it again without one', async () => {
    const large = await picture(1, { width: 800, height: 600, format: 'png' });
    const { service, manifest, root, url } = await served({ 'cat/1.png': large, ...classes });
    const first = await service.serve(url('cat/1.png'));
    if (first.status !== 200) throw new Error(first.reason);
    expect(first.type).toBe('image/jpeg');
    const { width, height, format } = await sharp(first.bytes).metadata();
    expect({ width, height, format }).toEqual({ width: 128, height: 96, format: 'jpeg' });
    const sha = manifest.train.find(({ id }) => id === 'cat/1.png')!.sha256;
    expect(existsSync(join(service.store.folder, 'v1-128', sha.slice(0, 2), `${sha.slice(2)}.jpg`))).toBe(
      true,
    );
    service.close();
    // By content: the file itself is not needed any more.
    rmSync(join(root, 'cat/1.png'));
    expect((await service.serve(url('cat/1.png'))).status).toBe(200);
  });

  it('makes nothing any more once it is quiet, so that its folder stays cleared', async () => {
    const names = ['cat/1.jpg', 'cat/2.jpg', 'cat/3.jpg', 'cat/4.jpg', 'cat/5.jpg'];
    const files = Object.fromEntries(names.map((name, index) => [name, index + 1]));
    const { service, url } = await served({ ...files, ...classes }, { lanes: 2 });
    const asked = names.map((name) => service.serve(url(name)));
    while (service.waiting < 3) await new Promise((resolve) => setImmediate(resolve));
    await service.quiet();
    rmSync(service.store.folder, { recursive: true, force: true });
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 204)).toHaveLength(3);
    expect(existsSync(service.store.folder)).toBe(false);
    // Asked for again it is made again.
    expect((await service.serve(url('cat/1.jpg'))).status).toBe(200);
  });

  it('knows a dataset that an earlier process inspected in this workspace', async () => {
    const root = await datasetOf({ 'cat/1.jpg': 1, ...classes });
    const workspace = await temporaryFolder();
    const manifest = await inspectDataset(root, { testDir: null });
    writeManifest(workspace, root, { testDir: null }, manifest);
    const service = new PictureService(workspace);
    services.push(service);
    const address = { source: manifest.hash, id: 'cat/1.jpg', size: 128 } as const;
    expect((await service.serve(pictureUrl(address))).status).toBe(200);
    expect((await service.serve(pictureUrl({ ...address, source: 'b'.repeat(64) }))).status).toBe(404);
  });

  it('serves what the dataset names, and no path', async () => {
    const { service, root, url } = await served({ 'cat/1.jpg': 1, ...classes });
    await addFiles(root, { '../outside.jpg': 9 });
    for (const id of ['../outside.jpg', 'cat/../cat/1.jpg', '/etc/passwd', 'cat', ''])
      expect((await service.serve(url(id))).status).toBe(404);
    rmSync(join(root, '../outside.jpg'));
  });

  it('follows no link out of the dataset, even one that took a picture’s place', async () => {
    const { service, root, url } = await served({ 'cat/1.jpg': 1, ...classes });
    const elsewhere = await datasetOf({ 'secret.jpg': 1 });
    rmSync(join(root, 'cat/1.jpg'));
    symlinkSync(join(elsewhere, 'secret.jpg'), join(root, 'cat/1.jpg'));
    expect((await service.serve(url('cat/1.jpg'))).status).toBe(410);
  });

  it('says that a file is gone or has changed', async () => {
    const { service, root, url } = await served({ 'cat/1.jpg': 1, ...classes });
    writeFileSync(join(root, 'cat/1.jpg'), await picture(7));
    const changed = await service.serve(url('cat/1.jpg'));
    expect(changed).toMatchObject({ status: 410, reason: expect.stringContaining('not the file') as string });
    rmSync(root, { recursive: true });
    expect((await service.serve(url('dog/2.jpg'))).status).toBe(410);
  });

  it('shows what can be shown of pictures with problems, and survives the rest', async () => {
    const whole = await picture(5, { width: 300, height: 200 });
    const { service, manifest, url } = await served({
      'cat/1.jpg': 1,
      ...classes,
      'dog/cut.jpg': whole.subarray(0, 0.8 * whole.length),
      'dog/page.jpg': '<html></html>',
      'dog/vector.png': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    });
    expect(manifest.problems.find(({ code }) => code === 'truncated')?.items?.[0]).toMatchObject({
      path: 'dog/cut.jpg',
    });
    expect((await service.serve(url('dog/cut.jpg'))).status).toBe(200);
    expect((await service.serve(url('dog/page.jpg'))).status).toBe(415);
    expect((await service.serve(url('dog/vector.png'))).status).toBe(415);
    expect((await service.serve(url('dog/2.jpg'))).status).toBe(200);
  });

  it('starts a new process after one that died', async () => {
    const worker = new ThumbnailWorker();
    const { service, url } = await served({ 'cat/1.jpg': 1, ...classes }, { worker });
    expect((await service.serve(url('dog/2.jpg'))).status).toBe(200);
    const pending = service.serve(url('dog/3.jpg'));
    worker.close();
    expect([200, 415]).toContain((await pending).status);
    expect((await service.serve(url('cat/1.jpg'))).status).toBe(200);
  });

  it('makes what was asked last first, drops what scrolled away, and answers everyone', async () => {
    const asked: string[] = [];
    const release: (() => void)[] = [];
    const worker = {
      make: ({ path }: { path: string }) => {
        asked.push(path);
        return new Promise((_, reject) => release.push(() => reject(new Error('enough'))));
      },
      close: () => undefined,
    } as unknown as ThumbnailWorker;
    const files = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`cat/${i}.jpg`, 10 + i]));
    const { service, manifest, url } = await served({ ...files, ...classes }, { worker, lanes: 1 });
    const first = service.serve(url('cat/0.jpg'));
    // Each looks into the cache before it waits, which takes as long as it takes: the lane has to be taken first.
    await expect.poll(() => asked.length).toBe(1);
    const answers = [first, ...[1, 2, 3].map((i) => service.serve(url(`cat/${i}.jpg`)))];
    await expect.poll(() => service.waiting).toBe(3);
    const twice = service.serve(url('cat/2.jpg'));
    const gone = [1, 3].map((i) => ({ source: manifest.hash, id: `cat/${i}.jpg`, size: 128 }) as const);
    expect(service.cancel([...gone, { ...gone[0]!, id: 'never-asked' }])).toBe(2);
    expect((await answers[1]!).status).toBe(204);
    release.shift()!();
    await answers[0];
    let answered = false;
    const both = Promise.all([answers[2]!, twice]).finally(() => (answered = true));
    // The second request may have come only after the first was answered, and is then made again.
    await expect.poll(() => (release.shift()?.(), answered)).toBe(true);
    expect((await both).map(({ status }) => status)).toEqual([415, 415]);
    expect([...new Set(asked)]).toEqual(['cat/0.jpg', 'cat/2.jpg']);
    service.serve(url('cat/4.jpg')).catch(() => undefined);
    service.close();
  });
});

describe('the store of thumbnails', () => {
  it('stays under its limit, and the oldest go first', async () => {
    const folder = await temporaryFolder();
    await addFiles(folder, Object.fromEntries([0, 1, 2, 3].map((i) => [`a/${i}.jpg`, 'x'.repeat(100)])));
    await new ThumbnailStore(folder, 1000).trim();
    expect(readdirSync(join(folder, 'a')).length).toBe(4);
    const old = join(folder, 'a', '2.jpg');
    utimesSync(old, 1, 1);
    await new ThumbnailStore(folder, 399).trim();
    expect(existsSync(old)).toBe(false);
    expect(readdirSync(join(folder, 'a')).length).toBe(3);
  });
});
