import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Papa from 'papaparse';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectDataset } from '../../../src-main/dataset/inspect.ts';
import { Random } from '../../../src-main/dataset/random.ts';
import { diseases } from '../../../src-main/dataset/sample/diseases.ts';
import { drawSample } from '../../../src-main/dataset/sample/draw-sample.ts';
import { classCounts, planPictures } from '../../../src-main/dataset/sample/plan.ts';
import { renderPicture } from '../../../src-main/dataset/sample/render.ts';
import { varieties } from '../../../src-main/dataset/sample/varieties.ts';
import { temporaryFolder } from './pictures.ts';

async function rows(path: string): Promise<Record<string, string>[]> {
  const text = await readFile(path, 'utf8');
  return Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true }).data;
}

describe('the plan', () => {
  it('is as uneven as the lesson: the smallest class has about 3 %', () => {
    const counts = classCounts(
      1000,
      diseases.map((disease) => disease.share),
      2,
    );
    expect(counts.reduce((a, b) => a + b)).toBe(1000);
    expect(Math.min(...counts)).toBe(
      counts[diseases.findIndex((d) => d.name === 'bacterial_panicle_blight')],
    );
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(30);
    expect(Math.min(...counts)).toBeLessThanOrEqual(34);
    expect(Math.max(...counts)).toBe(counts[diseases.findIndex((d) => d.name === 'normal')]);
  });

  it('gives every class two pictures however few there are', () => {
    for (const total of [20, 40, 57]) {
      const counts = classCounts(
        total,
        diseases.map((disease) => disease.share),
        2,
      );
      expect(counts.reduce((a, b) => a + b)).toBe(total);
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);
    }
  });

  it('mixes labels, varieties and ages over the ids', () => {
    const plan = planPictures(1000, 1, new Random(1));
    const half = (picked: typeof plan) => picked.filter((p) => p.disease.name === 'normal').length;
    expect(Math.abs(half(plan.slice(0, 500)) - half(plan.slice(500)))).toBeLessThan(50);
    expect(new Set(plan.map((p) => p.id)).size).toBe(1000);
    expect(new Set(plan.map((p) => p.variety.name)).size).toBe(varieties.length);
    expect(plan.every((p) => Number.isInteger(p.age) && p.age >= 45 && p.age <= 82)).toBe(true);
  });
});

describe('granary sample', () => {
  let dest: string;
  const said: number[] = [];
  beforeAll(async () => {
    dest = join(await temporaryFolder(), 'deep', 'paddy');
    await drawSample(dest, { images: 40, seed: 5 }, { onProgress: (done) => said.push(done) });
    // Sixty pictures are three seconds of one core, and more where many tests share it.
  }, 120_000);

  it('draws a dataset that reads without a problem, with its tables and hidden answers', async () => {
    const manifest = await inspectDataset(dest);
    expect(manifest.problems).toEqual([]);
    expect(manifest).toMatchObject({
      format: 'csv',
      root: dest,
      sizes: [{ width: 480, height: 640, count: 60 }],
    });
    expect(manifest.targets.map((target) => [target.name, target.classes.length])).toEqual([
      ['label', 10],
      ['variety', 5],
    ]);
    expect([manifest.train.length, manifest.test.length]).toEqual([40, 20]);
    expect(manifest.sampleSubmission).toMatchObject({ idColumn: 'image_id', targetColumns: ['label'] });
    const answers = await rows(join(dest, 'answers', 'test_labels.csv'));
    expect(answers.map((row) => row['image_id']).sort()).toEqual(manifest.test.map((record) => record.id));
    expect(answers.every((row) => manifest.targets[0]!.classes.includes(row['label']!))).toBe(true);
    const train = await rows(join(dest, 'train.csv'));
    expect(Object.keys(train[0]!)).toEqual(['image_id', 'label', 'variety', 'age']);
    for (const row of train) {
      const record = manifest.train.find((r) => r.id === row['image_id'])!;
      expect(record).toMatchObject({
        path: `train_images/${row['label']}/${row['image_id']}`,
        labels: [row['label'], row['variety']],
      });
    }
    expect(said.at(-1)).toBe(60);
  });

  it('draws the same picture for the same seed and id, another for another seed', async () => {
    const plan = planPictures(20, 200_001, new Random(5).fork('test'));
    const name = plan[0]!.id;
    const onDisk = await readFile(join(dest, 'test_images', name));
    expect(await renderPicture(plan[0]!, new Random(5).fork(name))).toEqual(onDisk);
    expect(await renderPicture(plan[0]!, new Random(6).fork(name))).not.toEqual(onDisk);
    const order = (seed: number): string[] =>
      planPictures(40, 1, new Random(seed)).map((p) => p.disease.name);
    expect(order(5)).toEqual(order(5));
    expect(order(5)).not.toEqual(order(6));
  });

  it('writes into no folder that holds something', async () => {
    await expect(drawSample(dest, { images: 40, seed: 1 })).rejects.toMatchObject({
      code: 'SAMPLE_DEST_NOT_EMPTY',
    });
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, 'x');
    await expect(drawSample(file, { images: 40, seed: 1 })).rejects.toMatchObject({
      code: 'SAMPLE_DEST_NOT_EMPTY',
    });
  });

  it('leaves nothing behind when it is stopped', async () => {
    const folder = await temporaryFolder();
    const controller = new AbortController();
    const stop = { signal: controller.signal, onProgress: () => controller.abort() };
    await expect(drawSample(join(folder, 'new'), { images: 40, seed: 1 }, stop)).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(await readdir(folder)).toEqual([]);
    await expect(drawSample(folder, { images: 40, seed: 1 }, stop)).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a picture', () => {
  it('shows its disease: marks of the colour that the disease has', async () => {
    // Share of pixels that are orange-yellow: the whole leaf with tungro, hardly anything on a healthy one.
    const orange = async (name: string): Promise<number> => {
      let hits = 0;
      for (let seed = 0; seed < 4; seed++) {
        const disease = diseases.find((d) => d.name === name)!;
        const jpeg = await renderPicture(
          { id: 'x', disease, variety: varieties[seed]!, age: 60 },
          new Random(seed),
        );
        const pixels = await sharp(jpeg).resize(96, 128).raw().toBuffer();
        for (let i = 0; i < pixels.length; i += 3) {
          const [r, g, b] = [pixels[i]!, pixels[i + 1]!, pixels[i + 2]!];
          if (r > 1.15 * g && g > 1.7 * b && r > 90) hits++;
        }
      }
      return hits / (4 * 96 * 128);
    };
    expect(await orange('tungro')).toBeGreaterThan(5 * (await orange('normal')));
  });
});
