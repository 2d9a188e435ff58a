import type { Locator } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

/** A small seeded generator (mulberry32), so that every test sees the same pictures. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const shapes = {
  discs: (x: number, y: number, r: number) => `<circle cx="${x}" cy="${y}" r="${r}"/>`,
  bars: (x: number, y: number, r: number) =>
    `<rect x="${x - r / 3}" y="${y - 1.6 * r}" width="${r / 1.5}" height="${3.2 * r}"/>`,
  rings: (x: number, y: number, r: number) =>
    `<circle cx="${x}" cy="${y}" r="${r}" fill="none" stroke-width="${r / 3}"/>`,
};
export const labels = Object.keys(shapes) as (keyof typeof shapes)[];

/** Draws a folder a label, `each` pictures in each: a bright shape anywhere on a dark ground, 72 high and 96 wide. */
export async function drawPictures(folder: string, each: number): Promise<void> {
  const random = seeded(1);
  for (const label of labels) {
    mkdirSync(join(folder, label), { recursive: true });
    for (let index = 0; index < each; index += 1) {
      const hue = Math.floor(random() * 360);
      const radius = 10 + random() * 10;
      const shape = shapes[label](26 + random() * 44, 28 + random() * 16, radius);
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="72">
        <rect width="96" height="72" fill="hsl(${(hue + 180) % 360} 40% ${15 + random() * 15}%)"/>
        <g fill="hsl(${hue} 80% 65%)" stroke="hsl(${hue} 80% 65%)">${shape}</g></svg>`;
      await sharp(Buffer.from(svg))
        .jpeg({ quality: 90 })
        .toFile(join(folder, label, `${label}-${index}.jpg`));
    }
  }
}

/** How many of some images are decoded and drawn. */
export function shownImages(images: Locator): Promise<number> {
  return images.evaluateAll(
    (all) => (all as HTMLImageElement[]).filter((image) => image.complete && image.naturalWidth > 0).length,
  );
}
