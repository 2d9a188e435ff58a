import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import sharp from 'sharp';
import type { ImageRecord } from '../../../shared/records/dataset.ts';

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'granary-pixels-'));
}

/** RGB noise over slopes: no two pictures alike, nothing symmetrical. */
export function pattern(height: number, width: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const [y, x, c] = [Math.floor(i / 3 / width), Math.floor(i / 3) % width, i % 3];
    return (x * (3 + c) + y * (5 - c) + seed * 37 + ((x * 7 + y * 13 + seed) % 5) * 9) % 256;
  });
}

/** Writes a PNG a seed below `root` and returns their records. */
export async function writePictures(
  root: string,
  seeds: readonly number[],
  size = { height: 24, width: 18 },
): Promise<ImageRecord[]> {
  mkdirSync(join(root, 'leaves'), { recursive: true });
  return Promise.all(
    seeds.map(async (seed) => {
      const path = `leaves/${seed}.png`;
      const raw = { width: size.width, height: size.height, channels: 3 as const };
      writeFileSync(
        join(root, path),
        await sharp(pattern(size.height, size.width, seed), { raw })
          .png()
          .toBuffer(),
      );
      return recordOf(root, path, size);
    }),
  );
}

export function recordOf(root: string, path: string, size: { height: number; width: number }): ImageRecord {
  const bytes = readFileSync(join(root, path));
  return {
    id: path,
    path,
    labels: [],
    ...size,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

/** A thread, built from the source as it is now. */
export async function buildThread(name: 'reader-thread' | 'fit-thread', folder: string): Promise<string> {
  const outfile = join(folder, `${name}.cjs`);
  await build({
    entryPoints: [`src-main/preprocess/${name}.ts`],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
  });
  return outfile;
}
