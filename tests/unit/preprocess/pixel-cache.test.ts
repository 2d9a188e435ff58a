import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { build } from 'esbuild';
import type { ImageSize } from '../../../shared/image-size.ts';
import type { ImageRecord } from '../../../shared/records/dataset.ts';
import {
  type PixelCache,
  type PixelCacheOptions,
  type PixelProgress,
  openPixelCache,
} from '../../../src-main/preprocess/pixel-cache.ts';
import { resample } from '../../../src-main/preprocess/resample.ts';
import { STATE, pending, ready } from '../../../src-main/preprocess/reader-protocol.ts';
import { buildThread, pattern, temporaryFolder, writePictures } from './make-pictures.ts';

const size = { height: 24, width: 18 };
const slot = size.height * size.width * 3;
const built = temporaryFolder();
let readerThread = '';
let filler = '';
let root = '';
let workspace = '';
let open: PixelCache[] = [];

beforeAll(async () => {
  readerThread = await buildThread('reader-thread', built);
  // Below node_modules, so that it finds sharp and TensorFlow.
  filler = join(process.cwd(), `node_modules/.granary-fill-${process.pid}.cjs`);
  await build({
    stdin: {
      contents: `import { openPixelCache } from './src-main/preprocess/pixel-cache.ts';
        openPixelCache(JSON.parse(process.argv[2])).then((cache) => cache.close());`,
      resolveDir: process.cwd(),
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['sharp', '@tensorflow/*'],
    outfile: filler,
  });
  return () => {
    rmSync(built, { recursive: true });
    rmSync(filler);
  };
});
beforeEach(() => {
  root = temporaryFolder();
  workspace = temporaryFolder();
});
afterEach(() => {
  for (const cache of open) cache.close();
  open = [];
  rmSync(root, { recursive: true });
  rmSync(workspace, { recursive: true });
});

async function openCache(records: ImageRecord[], more: Partial<PixelCacheOptions> = {}): Promise<PixelCache> {
  const cache = await openPixelCache({
    workspace,
    root,
    records,
    size,
    resize: 'squish',
    padMode: 'zeros',
    readerThread,
    ...more,
  });
  open.push(cache);
  return cache;
}

function settingsFolder(key = 'v3-squish-24x18'): string {
  return join(workspace, 'cache/pixels', key);
}
const segments = (key?: string): string[] =>
  readdirSync(settingsFolder(key))
    .filter((name) => name.endsWith('.pixels'))
    .map((name) => join(settingsFolder(key), name));

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** A process of its own that opens the cache and ends. */
function startFilling(records: ImageRecord[], pixels: ImageSize): ChildProcess {
  const options = { workspace, root, records, size: pixels, resize: 'squish', padMode: 'zeros' };
  return spawn(process.execPath, [filler, JSON.stringify(options)], { stdio: 'inherit' });
}

function readAll(cache: PixelCache, count: number): Uint8Array {
  const into = new Uint8Array(count * slot);
  cache.read(
    Array.from({ length: count }, (_, i) => i),
    into,
  );
  return into;
}

describe('openPixelCache', () => {
  it('gives each picture its own pixels, by id, in any order', async () => {
    const records = await writePictures(root, [1, 2, 3, 4, 5]);
    const cache = await openCache(records);
    expect(cache.indexOf('leaves/4.png')).toBe(3);
    const into = new Uint8Array(3 * slot);
    cache.read([cache.indexOf('leaves/5.png'), 0, 0], into);
    expect(into.subarray(0, slot)).toEqual(pattern(24, 18, 5));
    expect(into.subarray(slot, 2 * slot)).toEqual(pattern(24, 18, 1));
    expect(into.subarray(2 * slot)).toEqual(pattern(24, 18, 1));
    expect(() => cache.indexOf('nobody')).toThrow(/nobody/);
    expect(() => cache.read([5], into)).toThrow(RangeError);
  });

  it('decodes each file once: later openings need no files at all', async () => {
    const records = await writePictures(root, [1, 2, 3]);
    const said: PixelProgress[] = [];
    await openCache(records, { onProgress: (progress) => said.push(progress) });
    expect(said.at(-1)).toMatchObject({ done: 3, total: 3, unit: 'pictures' });
    rmSync(join(root, 'leaves'), { recursive: true });
    said.length = 0;
    const again = await openCache(records, { onProgress: (progress) => said.push(progress) });
    expect(readAll(again, 3).subarray(slot, 2 * slot)).toEqual(pattern(24, 18, 2));
    expect(said).toEqual([]);
    mkdirSync(join(root, 'leaves'));
  });

  it('shares pixels between datasets, and between copies within one', async () => {
    const records = await writePictures(root, [1, 2]);
    await openCache(records);
    const copies = records.map((record) => ({ ...record, id: `copy of ${record.id}`, path: 'nowhere.png' }));
    const cache = await openCache([...copies, ...records]);
    expect(readAll(cache, 4).subarray(2 * slot)).toEqual(readAll(cache, 4).subarray(0, 2 * slot));
    expect(segments()).toHaveLength(1);
    expect(statSync(segments()[0]!).size).toBeLessThan(2 * slot + 200);
  });

  it('keeps settings apart', async () => {
    const records = await writePictures(root, [1], { height: 40, width: 18 });
    const results = new Map<string, Uint8Array>();
    for (const [resize, padMode] of [
      ['squish', 'zeros'],
      ['crop', 'zeros'],
      ['pad', 'zeros'],
      ['pad', 'border'],
      ['pad', 'reflection'],
    ] as const) {
      results.set(resize + padMode, readAll(await openCache(records, { resize, padMode }), 1));
    }
    const distinct = new Set([...results.values()].map((pixels) => pixels.join()));
    expect(distinct.size).toBe(5);
  });

  it('goes on where it was stopped', async () => {
    const records = await writePictures(root, range(30));
    const controller = new AbortController();
    let calls = 0;
    const stopped = openCache(records, {
      signal: controller.signal,
      onProgress: () => {
        calls++;
        controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(calls).toBeGreaterThan(0);
    let total = 0;
    const cache = await openCache(records, { onProgress: (progress) => (total = progress.total) });
    expect(total).toBeGreaterThan(0);
    expect(total).toBeLessThan(30);
    for (let i = 0; i < 30; i++) {
      expect(readAll(cache, 30).subarray(i * slot, (i + 1) * slot)).toEqual(pattern(24, 18, i));
    }
  });

  it('never reads what a killed process left, and clears it away', async () => {
    const records = await writePictures(root, [1, 2]);
    mkdirSync(settingsFolder(), { recursive: true });
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'exit');
    const part = join(settingsFolder(), `.${gone.pid}-00aa.part`);
    const mine = join(settingsFolder(), `.${process.pid}-00bb.part`);
    writeFileSync(part, Buffer.alloc(2 * slot, 77));
    writeFileSync(mine, Buffer.alloc(slot, 77));
    const cache = await openCache(records);
    expect(readAll(cache, 2).subarray(0, slot)).toEqual(pattern(24, 18, 1));
    const names = readdirSync(settingsFolder()).filter((name) => name.startsWith('.'));
    expect(names).toEqual([`.${process.pid}-00bb.part`]);
  });

  it.each([
    ['cut short', (path: string) => truncateSync(path, statSync(path).size - slot)],
    ['emptied', (path: string) => truncateSync(path, 0)],
    ['cut within its index', (path: string) => truncateSync(path, statSync(path).size - 7)],
    [
      'given another index',
      (path: string) => {
        const bytes = readFileSync(path);
        bytes[3 * slot + 5]! ^= 1;
        writeFileSync(path, bytes);
      },
    ],
  ])('decodes anew when a segment was %s', async (_, damage) => {
    const records = await writePictures(root, [1, 2, 3]);
    (await openCache(records)).close();
    const [before] = segments();
    damage(before!);
    const cache = await openCache(records);
    for (const seed of [1, 2, 3]) {
      expect(readAll(cache, 3).subarray((seed - 1) * slot, seed * slot)).toEqual(pattern(24, 18, seed));
    }
    expect(segments()).toHaveLength(1);
    expect(segments()).not.toContain(before);
  });

  it('says so when pixels changed on disk, in both ways of reading, and is whole at the next start', async () => {
    for (const way of ['read', 'take']) {
      const records = await writePictures(root, [1, 2, 3]);
      const cache = await openCache(records);
      const [path] = segments();
      const bytes = readFileSync(path!);
      bytes[slot + 9]! ^= 0x10;
      writeFileSync(path!, bytes);
      const into = new Uint8Array(slot);
      // Writing does not replace the file: the cache's handle sees it. Exactly one picture is damaged.
      const bad = [0, 1, 2].filter((index) => {
        try {
          cache.read([index], into);
          return false;
        } catch {
          return true;
        }
      });
      expect(bad).toHaveLength(1);
      const attempt = (): unknown =>
        way === 'read' ? cache.read(bad, into) : cache.take(cache.prefetch([...bad, ...bad]));
      expect(attempt).toThrow(expect.objectContaining({ code: 'CACHE_CORRUPT' }));
      expect(segments()).toEqual([]);
      const again = await openCache(records);
      expect(readAll(again, 3).subarray(slot, 2 * slot)).toEqual(pattern(24, 18, 2));
    }
  });

  it('names a file that changed, vanished or cannot be decoded', async () => {
    const records = await writePictures(root, [1, 2]);
    writeFileSync(join(root, records[1]!.path), 'something else');
    await expect(openCache(records)).rejects.toMatchObject({
      code: 'DATASET_CHANGED',
      message: expect.stringContaining('leaves/2.png'),
    });
    rmSync(join(root, records[1]!.path));
    await expect(openCache(records)).rejects.toMatchObject({ code: 'DATASET_CHANGED' });
  });

  it('makes room by deleting what was used longest ago, and never what it is about to read', async () => {
    const records = await writePictures(root, [1, 2, 3]);
    (await openCache(records, { resize: 'pad' })).close();
    (await openCache(records, { resize: 'crop' })).close();
    const [padded] = segments('v3-pad-zeros-24x18');
    const [cropped] = segments('v3-crop-24x18');
    utimesSync(padded!, new Date(1e12), new Date(1e12));
    utimesSync(cropped!, new Date(2e12), new Date(2e12));
    (await openCache(records.slice(0, 1), { limitBytes: 6.5 * slot })).close();
    expect(segments('v3-pad-zeros-24x18')).toEqual([]);
    expect(segments('v3-crop-24x18')).toEqual([cropped]);

    const [kept] = segments();
    utimesSync(kept!, new Date(1e12), new Date(1e12));
    (await openCache(records, { limitBytes: 4 * slot })).close();
    expect(segments('v3-crop-24x18')).toEqual([]);
    expect(segments()).toContain(kept);
  });

  it('marks what it opens as used', async () => {
    const records = await writePictures(root, [1]);
    await openCache(records);
    utimesSync(segments()[0]!, new Date(1e12), new Date(1e12));
    await openCache(records);
    expect(Date.now() - statSync(segments()[0]!).mtimeMs).toBeLessThan(60_000);
  });

  it('refuses what cannot fit, with the way out', async () => {
    const records = await writePictures(root, [1, 2, 3]);
    await expect(openCache(records, { limitBytes: 2 * slot })).rejects.toMatchObject({
      code: 'NO_SPACE',
      fix: expect.stringContaining('GRANARY_PIXEL_CACHE_GB'),
    });
    process.env['GRANARY_PIXEL_CACHE_GB'] = 'plenty';
    try {
      await expect(openCache(records)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
      process.env['GRANARY_PIXEL_CACHE_GB'] = '0.000001';
      await expect(openCache(records)).rejects.toMatchObject({ code: 'NO_SPACE' });
    } finally {
      delete process.env['GRANARY_PIXEL_CACHE_GB'];
    }
  });

  it('can be filled by two processes at once', async () => {
    const count = 60;
    const records = await writePictures(root, range(count));
    const fillers = [0, 1].map(() => startFilling(records, size));
    const codes = await Promise.all(fillers.map(async (child) => (await once(child, 'exit'))[0] as number));
    expect(codes).toEqual([0, 0]);
    const cache = await openCache(records, { onProgress: () => expect.fail('nothing is missing') });
    const all = readAll(cache, count);
    for (let i = 0; i < count; i++) {
      expect(all.subarray(i * slot, (i + 1) * slot)).toEqual(pattern(24, 18, i));
    }
  });

  it('keeps whole segments and loses nothing else when it is killed', async () => {
    // 7.1 MB a picture: nine to a segment.
    const large = { height: 1536, width: 1536 };
    const records = await writePictures(root, range(40));
    const child = startFilling(records, large);
    const folder = settingsFolder('v3-squish-1536');
    const ended = once(child, 'exit');
    while (child.exitCode === null && !(existsSync(folder) && segments('v3-squish-1536').length > 0)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    child.kill('SIGKILL');
    expect((await ended)[1]).toBe('SIGKILL');
    const kept = segments('v3-squish-1536').length;
    let total = 0;
    const cache = await openCache(records, {
      size: large,
      onProgress: (progress) => (total = progress.total),
    });
    expect(total).toBe(40 - 9 * kept);
    const into = new Uint8Array(large.height * large.width * 3);
    for (const i of [0, 8, 20, 39]) {
      cache.read([i], into);
      const scaled = resample({ ...size, channels: 3, pixels: pattern(24, 18, i) }, large);
      expect(Buffer.compare(into, scaled)).toBe(0);
    }
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('PixelCache.prefetch and take', () => {
  it('reads while this thread is blocked', async () => {
    const records = await writePictures(root, [1, 2, 3]);
    const cache = await openCache(records);
    const ticket = cache.prefetch([2, 1]);
    // Only the first seconds of a wait that nobody ends: the event loop stands still, as inside a native call.
    const header = new Int32Array(ticket.buffer, 0, 16);
    const started = performance.now();
    while (Atomics.load(header, STATE) === pending && performance.now() - started < 10_000);
    expect(Atomics.load(header, STATE)).toBe(ready);
    const pixels = cache.take(ticket);
    expect(pixels.subarray(0, slot)).toEqual(pattern(24, 18, 3));
    expect(pixels.subarray(slot)).toEqual(pattern(24, 18, 2));
  });

  it('keeps a batch untouched until the next take but one, over batches of any size', async () => {
    const records = await writePictures(root, range(12));
    const cache = await openCache(records);
    const batches = Array.from({ length: 40 }, (_, b) =>
      Array.from({ length: 1 + ((b * 5) % 7) }, (_, i) => (b * 3 + i) % 12),
    );
    const right = (pixels: Uint8Array, batch: number[]): void => {
      expect(pixels.length).toBe(batch.length * slot);
      expect(pixels.byteOffset % 64).toBe(0);
      batch.forEach((seed, i) =>
        expect(pixels.subarray(i * slot, (i + 1) * slot)).toEqual(pattern(24, 18, seed)),
      );
    };
    const buffers = new Set<ArrayBufferLike>();
    let ticket = cache.prefetch(batches[0]!);
    let previous: Uint8Array | undefined;
    batches.forEach((batch, b) => {
      const pixels = cache.take(ticket);
      if (b + 1 < batches.length) ticket = cache.prefetch(batches[b + 1]!);
      right(pixels, batch);
      if (previous !== undefined) right(previous, batches[b - 1]!);
      previous = pixels;
      buffers.add(pixels.buffer);
    });
    // Buffers are used again: as many as are in flight, and some grown ones.
    expect(buffers.size).toBeLessThan(16);
  });

  it('survives a reader thread that dies', async () => {
    const records = await writePictures(root, [1]);
    const broken = join(built, 'broken.cjs');
    writeFileSync(
      broken,
      `const { parentPort } = require('node:worker_threads');
       parentPort.on('message', ({ buffer }) => { const h = new Int32Array(buffer, 0, 16); Atomics.store(h, 0, 3); Atomics.notify(h, 0); throw new Error('dead'); });`,
    );
    const cache = await openCache(records, { readerThread: broken });
    expect(cache.take(cache.prefetch([0]))).toEqual(pattern(24, 18, 1));
  });
});
