import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { build } from 'esbuild';
import type { ImageSize } from '../../../shared/image-size.ts';
import type { ImageRecord } from '../../../shared/records/dataset.ts';
import { resample } from '../../../src-main/preprocess/resample.ts';
import { eventually } from '../scheduler/processes.ts';
import { CacheHome, range, readAll, size, slot } from './cache-home.ts';
import { pattern, writePictures } from './make-pictures.ts';

const home = new CacheHome();

let filler = '';
beforeAll(async () => {
  // Below node_modules, so that it finds sharp and TensorFlow.
  filler = join(process.cwd(), `node_modules/.granary-fill-${process.pid}.cjs`);
  await build({
    stdin: {
      contents: `import { readdirSync } from 'node:fs';
        import { openPixelCache } from './src-main/preprocess/pixel-cache.ts';
        // In the middle of its work it stands still once this folder has a whole segment, to be killed there.
        const standIn = process.argv[3];
        const onProgress = () => {
          if (standIn !== undefined && readdirSync(standIn).some((name) => name.endsWith('.pixels')))
            process.kill(process.pid, 'SIGSTOP');
        };
        openPixelCache({ ...JSON.parse(process.argv[2]), onProgress }).then((cache) => cache.close());`,
      resolveDir: process.cwd(),
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['sharp', '@tensorflow/*'],
    outfile: filler,
  });
  return () => rmSync(filler);
});

/** A process of its own that opens the cache and ends. @param standIn where its first segment stops it (SIGSTOP) */
function startFilling(records: ImageRecord[], pixels: ImageSize, standIn?: string): ChildProcess {
  const { workspace, root } = home;
  const options = { workspace, root, records, size: pixels, resize: 'squish', padMode: 'zeros' };
  const args = [filler, JSON.stringify(options), ...(standIn === undefined ? [] : [standIn])];
  return spawn(process.execPath, args, { stdio: 'inherit' });
}

function isStopped(pid: number): boolean {
  return process.platform !== 'linux' || readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') T ');
}

describe('a pixel cache whose filling is cut off', () => {
  it('goes on where it was stopped', async () => {
    const records = await writePictures(home.root, range(30));
    const controller = new AbortController();
    let calls = 0;
    const stopped = home.openCache(records, {
      signal: controller.signal,
      onProgress: () => {
        calls++;
        controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(calls).toBeGreaterThan(0);
    let total = 0;
    const cache = await home.openCache(records, { onProgress: (progress) => (total = progress.total) });
    expect(total).toBeGreaterThan(0);
    expect(total).toBeLessThan(30);
    for (let i = 0; i < 30; i++) {
      expect(readAll(cache, 30).subarray(i * slot, (i + 1) * slot)).toEqual(pattern(24, 18, i));
    }
  });

  it('never reads what a killed process left, and clears it away', async () => {
    const records = await writePictures(home.root, [1, 2]);
    mkdirSync(home.settingsFolder(), { recursive: true });
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'exit');
    const part = join(home.settingsFolder(), `.${gone.pid}-00aa.part`);
    const mine = join(home.settingsFolder(), `.${process.pid}-00bb.part`);
    writeFileSync(part, Buffer.alloc(2 * slot, 77));
    writeFileSync(mine, Buffer.alloc(slot, 77));
    const cache = await home.openCache(records);
    expect(readAll(cache, 2).subarray(0, slot)).toEqual(pattern(24, 18, 1));
    const names = readdirSync(home.settingsFolder()).filter((name) => name.startsWith('.'));
    expect(names).toEqual([`.${process.pid}-00bb.part`]);
  });

  it('can be filled by two processes at once', async () => {
    const count = 60;
    const records = await writePictures(home.root, range(count));
    const fillers = [0, 1].map(() => startFilling(records, size));
    const codes = await Promise.all(fillers.map(async (child) => (await once(child, 'exit'))[0] as number));
    expect(codes).toEqual([0, 0]);
    const cache = await home.openCache(records, { onProgress: () => expect.fail('nothing is missing') });
    const all = readAll(cache, count);
    for (let i = 0; i < count; i++) {
      expect(all.subarray(i * slot, (i + 1) * slot)).toEqual(pattern(24, 18, i));
    }
  });

  it('keeps whole segments and loses nothing else when it is killed', async () => {
    // 7.1 MB a picture: nine to a segment.
    const large = { height: 1536, width: 1536 };
    const records = await writePictures(home.root, range(40));
    const folder = home.settingsFolder('v3-squish-1536');
    const child = startFilling(records, large, folder);
    const ended = once(child, 'exit');
    const begun = (): boolean => existsSync(folder) && home.segments('v3-squish-1536').length > 0;
    await eventually(() => child.exitCode !== null || (begun() && isStopped(child.pid!)));
    child.kill('SIGKILL');
    expect((await ended)[1]).toBe('SIGKILL');
    const kept = home.segments('v3-squish-1536').length;
    let total = 0;
    const cache = await home.openCache(records, {
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
