import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll } from 'vitest';

/** A small picture whose content depends on `seed`, so that no two are copies of each other. */
export function picture(
  seed: number,
  options: { width?: number; height?: number; format?: 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' } = {},
): Promise<Buffer> {
  const { width = 24, height = 16, format = 'jpeg' } = options;
  const pixels = Buffer.alloc(width * height * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = (seed * 37 + i * (1 + (seed % 5))) & 255;
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .toFormat(format)
    .toBuffer();
}

/** Numbers stand for ordinary JPEGs of that seed. */
export type Content = number | string | Uint8Array;

const made: string[] = [];
afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))));

/** A folder in the system's temporary folder, removed after the test file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'granary-dataset-'));
  made.push(folder);
  return folder;
}

/** Lays out files: path below the root → content. Returns the root. */
export async function datasetOf(files: Record<string, Content>): Promise<string> {
  const root = await temporaryFolder();
  await addFiles(root, files);
  return root;
}

export async function addFiles(root: string, files: Record<string, Content>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), typeof content === 'number' ? await picture(content) : content);
  }
}
