import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll } from 'vitest';
import { Random } from '../../../src-main/dataset/random.ts';

const SIDE = 40;
const colours = { amber: [230, 160, 40], jade: [40, 180, 110], plum: [140, 60, 150] } as const;
const textures = ['plain', 'striped'] as const;

const made: string[] = [];
// (Not beside each folder: what a test registers while it runs is not heard any more.)
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder in the system's temporary folder, removed after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'granary-training-'));
  made.push(folder);
  return folder;
}

/**
 * Writes a dataset of two targets that a small network learns in a few epochs: noisy pictures of three colours, plain or striped,
 * as `train.csv` (image_id, colour, texture), `train/` and an unlabelled `test/`. Every seventh texture is missing.
 */
export async function writeSmallDataset(
  root: string,
  images: { train: number; test: number },
): Promise<void> {
  const random = new Random('small-dataset');
  const rows = ['image_id,colour,texture'];
  for (const [folder, count] of Object.entries(images)) {
    mkdirSync(join(root, folder), { recursive: true });
    for (let i = 0; i < count; i++) {
      const colour = Object.keys(colours)[i % 3] as keyof typeof colours;
      const texture = textures[i % 2]!;
      const id = `${folder}-${i}.png`;
      await drawPicture(join(root, folder, id), colours[colour], texture === 'striped', random);
      if (folder === 'train') rows.push([id, colour, i % 7 === 6 ? '' : texture].join());
    }
  }
  writeFileSync(join(root, 'train.csv'), `${rows.join('\n')}\n`);
}

async function drawPicture(
  path: string,
  colour: readonly number[],
  striped: boolean,
  random: Random,
): Promise<void> {
  const shift = random.integer(8);
  const pixels = new Uint8Array(SIDE * SIDE * 3);
  for (let i = 0; i < pixels.length; i++) {
    const column = Math.floor(i / 3) % SIDE;
    const dark = striped && (column + shift) % 8 < 4 ? 0.4 : 1;
    pixels[i] = Math.min(255, Math.max(0, colour[i % 3]! * dark + 12 * random.normal()));
  }
  await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toFile(path);
}

/** How the dataset is read, said outright. */
export const smallDatasetOptions = {
  imageColumn: 'image_id',
  targetColumns: ['colour', 'texture'],
  imagesDir: 'train',
  testDir: 'test',
};
