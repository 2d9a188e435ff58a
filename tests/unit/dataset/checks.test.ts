import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Manifest, Problem } from '../../../shared/records/dataset.ts';
import { checkFile } from '../../../src-main/dataset/check-file.ts';
import { inspectDataset } from '../../../src-main/dataset/inspect.ts';
import { Problems } from '../../../src-main/dataset/problems.ts';
import { drawSplit } from '../../../src-main/dataset/splits.ts';
import { type Content, datasetOf, picture, temporaryFolder } from './pictures.ts';

/** Two good classes around whatever is being tried. */
const good = { 'cat/1.jpg': 1, 'cat/2.jpg': 2, 'dog/3.jpg': 3, 'dog/4.jpg': 4 };
async function inspectWith(files: Record<string, Content>): Promise<Manifest> {
  return inspectDataset(await datasetOf({ ...good, ...files }));
}
function problem(manifest: Manifest, code: Problem['code']): Problem | undefined {
  return manifest.problems.find((p) => p.code === code);
}

/** A PNG that claims any size: 30,000 × 30,000 pixels of nothing are a few kilobytes. */
function bomb(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, crc]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([1, 0], 8);
  const line = Buffer.alloc(1 + Math.ceil(width / 8));
  const data = deflateSync(Buffer.concat(new Array<Buffer>(20).fill(line)));
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

describe('checks of files', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff'] as const)('finds a %s that ends early', async (format) => {
    const whole = await picture(9, { width: 200, height: 200, format });
    const name = `dog/cut.${format}`;
    for (const share of [0.9, 0.5, 0.1]) {
      const manifest = await inspectWith({ [name]: whole.subarray(0, Math.floor(whole.length * share)) });
      const found = problem(manifest, 'truncated') ?? problem(manifest, 'unreadable');
      expect(found).toMatchObject({ severity: 'error', ids: [name], count: 1 });
      // A TIFF's header points anywhere in the file, so only decoding tells, and not what was wrong.
      if (format !== 'tiff') expect(found!.code).toBe('truncated');
      expect(manifest.train.length).toBe(4);
    }
    expect((await inspectWith({ [name]: whole })).problems).toEqual([]);
  });

  it('finds a progressive JPEG that lost its last scan', async () => {
    const whole = await sharp(await picture(9, { width: 200, height: 200 }))
      .jpeg({ progressive: true })
      .toBuffer();
    const manifest = await inspectWith({ 'dog/cut.jpg': whole.subarray(0, whole.length - 40) });
    expect(problem(manifest, 'truncated')).toMatchObject({ ids: ['dog/cut.jpg'] });
  });

  it('finds damage inside a file that is complete', async () => {
    const bytes = Buffer.from(await picture(9, { width: 200, height: 200, format: 'png' }));
    bytes.fill(0, 100, 140);
    const manifest = await inspectWith({ 'dog/hurt.png': bytes });
    expect(problem(manifest, 'unreadable')).toMatchObject({ ids: ['dog/hurt.png'] });
  });

  it('finds empty files', async () => {
    const manifest = await inspectWith({ 'cat/empty.jpg': '', 'dog/empty.png': '' });
    expect(problem(manifest, 'empty-file')).toMatchObject({
      severity: 'error',
      count: 2,
      ids: ['cat/empty.jpg', 'dog/empty.png'],
    });
    expect(manifest.stats).toMatchObject({ usable: 4, leftOut: 2 });
  });

  it.each([
    ['text', 'this is not a picture', 'is no picture'],
    ['a web page', '<!DOCTYPE html><html><body>404</body></html>', 'is html'],
    ['SVG, which could fetch anything', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'is svg'],
    ['a bitmap', Buffer.from('BM\x46\0\0\0\0\0\0\0\x36\0\0\0', 'latin1'), 'is bmp'],
    ['HEIC', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'), 'is heic'],
  ])('says what is in the way when a picture is %s', async (_, content, why) => {
    const manifest = await inspectWith({ 'dog/odd.jpg': content });
    expect(problem(manifest, 'unreadable')!.message).toContain(`dog/odd.jpg (${why}`);
    expect(manifest.train.length).toBe(4);
  });

  it('keeps a file whose name lies about its format, and says so', async () => {
    const manifest = await inspectWith({ 'dog/really-a.jpg': await picture(9, { format: 'png' }) });
    expect(problem(manifest, 'wrong-extension')).toMatchObject({
      severity: 'warning',
      ids: ['dog/really-a.jpg'],
    });
    expect(problem(manifest, 'wrong-extension')!.message).toContain('is png');
    expect(manifest.train.length).toBe(5);
  });

  it('refuses decompression bombs without unpacking them', async () => {
    const before = process.memoryUsage().rss;
    const manifest = await inspectWith({ 'dog/bomb.png': bomb(60_000, 60_000) });
    expect(problem(manifest, 'too-many-pixels')).toMatchObject({ severity: 'error', ids: ['dog/bomb.png'] });
    expect(problem(manifest, 'too-many-pixels')!.message).toContain('60000 × 60000');
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
  });

  it('reports the size as it is seen: turned as EXIF says', async () => {
    const turned = await sharp(await picture(9, { width: 30, height: 10 }))
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const manifest = await inspectWith({ 'dog/turned.jpg': turned });
    expect(manifest.train.find((r) => r.id === 'dog/turned.jpg')).toMatchObject({ width: 10, height: 30 });
    expect(manifest.sizes).toEqual([
      { width: 24, height: 16, count: 4 },
      { width: 10, height: 30, count: 1 },
    ]);
  });

  it('accepts grey, transparent, 16-bit and CMYK pictures', async () => {
    const base = sharp(await picture(9));
    const manifest = await inspectWith({
      'dog/grey.png': await base.clone().greyscale().png().toBuffer(),
      'dog/alpha.png': await base.clone().ensureAlpha(0.5).png().toBuffer(),
      'dog/deep.png': await base.clone().toColourspace('rgb16').png().toBuffer(),
      'dog/cmyk.jpg': await base.clone().toColourspace('cmyk').jpeg().toBuffer(),
    });
    expect(manifest.problems).toEqual([]);
    expect(manifest.train.length).toBe(8);
  });

  it('says so when a file cannot be opened', async () => {
    expect(await checkFile(join(await temporaryFolder(), 'gone.jpg'), 10)).toEqual({
      ok: false,
      code: 'unreadable',
      why: 'ENOENT',
    });
  });
});

describe('checks between pictures', () => {
  it('reports copies, keeps them, and never parts them in a split', async () => {
    const manifest = await inspectWith({ 'cat/copy.jpg': 1, 'cat/copy2.jpg': 1 });
    expect(problem(manifest, 'exact-duplicate')).toMatchObject({
      severity: 'warning',
      count: 2,
      ids: ['cat/copy.jpg', 'cat/copy2.jpg'],
    });
    expect(manifest.train.length).toBe(6);
    for (let seed = 0; seed < 10; seed++) {
      const { train } = drawSplit(manifest, 'label', { seed, validFraction: 0.3, holdout: false });
      const together = ['cat/1.jpg', 'cat/copy.jpg', 'cat/copy2.jpg'].filter((id) => train.includes(id));
      expect([0, 3]).toContain(together.length);
    }
  });

  it('leaves out the same picture under two labels, for nobody knows which is right', async () => {
    const manifest = await inspectWith({ 'dog/also-a-cat.jpg': 1 });
    const conflict = problem(manifest, 'conflicting-labels')!;
    expect(conflict).toMatchObject({ severity: 'error', ids: ['cat/1.jpg', 'dog/also-a-cat.jpg'] });
    expect(conflict.message).toContain('label: cat, dog');
    expect(manifest.train.map((r) => r.id)).toEqual(['cat/2.jpg', 'dog/3.jpg', 'dog/4.jpg']);
    // Copies are reported as kept, and these are not.
    expect(problem(manifest, 'exact-duplicate')).toBeUndefined();
  });

  it('with several targets, takes away only the label that is in dispute', async () => {
    const root = await datasetOf({
      'train.csv': 'id,label,kind\na.jpg,x,k\nb.jpg,y,k\nc.jpg,x,l\nd.jpg,y,l\n',
      ...{ 'i/a.jpg': 1, 'i/b.jpg': 1, 'i/c.jpg': 2, 'i/d.jpg': 3 },
    });
    const manifest = await inspectDataset(root);
    expect(manifest.train.map((r) => [r.id, r.labels])).toEqual([
      ['a.jpg', [null, 'k']],
      ['b.jpg', [null, 'k']],
      ['c.jpg', ['x', 'l']],
      ['d.jpg', ['y', 'l']],
    ]);
    expect(problem(manifest, 'conflicting-labels')).toMatchObject({ severity: 'warning', count: 2 });
  });

  it('drops a target whose labels are all in dispute, and its place in the records', async () => {
    const root = await datasetOf({
      'train.csv': 'id,label,kind\na.jpg,x,k\nb.jpg,y,k\n',
      ...{ 'i/a.jpg': 1, 'i/b.jpg': 1 },
    });
    const manifest = await inspectDataset(root, { targetColumns: ['label', 'kind'] });
    expect(manifest.targets.map((target) => target.name)).toEqual(['kind']);
    expect(manifest.train.map((r) => r.labels)).toEqual([['k'], ['k']]);
  });

  it('warns of test pictures that are copies of training pictures, and keeps them', async () => {
    const manifest = await inspectWith({ 'test/known.jpg': 1, 'test/new.jpg': 9 });
    expect(problem(manifest, 'exact-duplicate')).toMatchObject({
      severity: 'warning',
      ids: ['test/known.jpg'],
    });
    expect(manifest.test.length).toBe(2);
  });

  it('warns of classes with fewer than two pictures', async () => {
    const manifest = await inspectWith({ 'cow/9.jpg': 9 });
    expect(problem(manifest, 'small-class')).toMatchObject({ severity: 'warning', ids: ['cow'], count: 1 });
    expect(manifest.targets[0]!.classes).toEqual(['cat', 'cow', 'dog']);
  });

  it('warns of classes whose names are the same but for case, blanks or marks', async () => {
    const manifest = await inspectWith({
      'Cat/9.jpg': 9,
      'big_cat/8.jpg': 8,
      'big cat/7.jpg': 7,
      '-1/6.jpg': 6,
      '1/5.jpg': 5,
    });
    const found = problem(manifest, 'similar-class');
    expect(found).toMatchObject({ severity: 'warning', ids: ['Cat', 'big cat', 'big_cat', 'cat'], count: 4 });
    expect(found!.message).toContain('The first: Cat (like cat).');
    // They are told of, and stay what the names say.
    expect(manifest.targets[0]!.classes).toEqual(['-1', '1', 'Cat', 'big cat', 'big_cat', 'cat', 'dog']);
    expect((await inspectWith({})).problems).toEqual([]);
  });

  it('refuses links that lead out of the dataset and follows those inside', async () => {
    const secret = await datasetOf({ 'secret.jpg': 9 });
    const root = await datasetOf(good);
    await symlink(join(secret, 'secret.jpg'), join(root, 'cat/link.jpg'));
    await symlink(secret, join(root, 'elsewhere'));
    await symlink('../dog/3.jpg', join(root, 'dog/inside.jpg'));
    await symlink('..', join(root, 'cat/loop'));
    await symlink('nowhere.jpg', join(root, 'cat/broken.jpg'));
    await symlink('itself.jpg', join(root, 'dog/itself.jpg'));
    const manifest = await inspectDataset(root);
    expect(problem(manifest, 'outside-root')).toMatchObject({
      severity: 'error',
      ids: ['cat/link.jpg', 'elsewhere'],
    });
    expect(problem(manifest, 'unreadable')).toMatchObject({ ids: ['cat/broken.jpg', 'dog/itself.jpg'] });
    expect(problem(manifest, 'unreadable')!.items!.map(({ about }) => about)).toEqual([
      'a link to nothing, or it went meanwhile',
      'links that lead in a circle',
    ]);
    expect(manifest.train.map((r) => r.id)).toEqual([
      'cat/1.jpg',
      'cat/2.jpg',
      'dog/3.jpg',
      'dog/4.jpg',
      'dog/inside.jpg',
    ]);
  });
});

describe('problems', () => {
  it('keep a thousand ids and count the rest', () => {
    const problems = new Problems();
    for (let i = 0; i < 1500; i++)
      problems.add('unreadable', 'error', `${String(i).padStart(4, '0')}.jpg`, 'why');
    problems.add('unreadable', 'error', '0000.jpg', 'again');
    const [only] = problems.list();
    expect(only!.count).toBe(1500);
    expect(only!.ids.length).toBe(1000);
    expect(only!.message).toBe(
      '1500 pictures cannot be read as a picture and are left out; the first: 0000.jpg (why).',
    );
  });
});

describe('long work', () => {
  it('says how far it is, at most ten times a second, and how fast', async () => {
    const files: Record<string, Content> = {};
    for (let i = 0; i < 30; i++) files[`cat/more${i}.jpg`] = 100 + i;
    const said: { stage: string; done: number; total: number | null; perSecond: number | null }[] = [];
    const root = await datasetOf({ ...good, ...files });
    const manifest = await inspectDataset(root, {}, { onProgress: (progress) => said.push(progress) });
    expect(said.at(-1)).toMatchObject({ stage: 'checking pictures', done: 34, total: 34, unit: 'pictures' });
    expect(said.at(-1)!.perSecond).toBeGreaterThan(0);
    expect(said.length).toBeLessThan(10 + manifest.stats.seconds * 20);
  });

  it('stops when asked to', async () => {
    const root = await datasetOf(good);
    const controller = new AbortController();
    controller.abort();
    await expect(inspectDataset(root, {}, { signal: controller.signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    const later = new AbortController();
    const promise = inspectDataset(root, {}, { signal: later.signal, onProgress: () => later.abort() });
    await expect(promise).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('is not stopped by a folder that is empty', async () => {
    const root = await datasetOf(good);
    await mkdir(join(root, 'empty'));
    expect((await inspectDataset(root)).targets[0]!.classes).toEqual(['cat', 'dog']);
  });
});
