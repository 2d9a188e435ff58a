import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import Papa from 'papaparse';
import sharp from 'sharp';
import { cancelled } from '../cancelled.ts';
import { Random } from '../random.ts';
import { intoEmptyFolder } from './into-empty-folder.ts';
import { type PlannedPicture, TEST_SHARE, planPictures } from './plan.ts';
import { renderPicture } from './render.ts';

export interface DrawnSample {
  /** Absolute path of the dataset. */
  dest: string;
  train: number;
  test: number;
  /** Absolute path of the hidden answers, a CSV `image_id,label`. */
  answers: string;
}

const about = `A sample dataset, drawn by Granary (granary sample). No photograph is in it; do with it what you like.

train.csv              image_id, label (the disease), variety, age (days)
train_images/          the training pictures, a folder for each label
test_images/           pictures to predict
sample_submission.csv  what a submission looks like
answers/               the labels of the test pictures, for scoring only: nothing here reads them for training
`;

/**
 * Draws the sample dataset: `images` training pictures of paddy leaves and 0.3 times as many test pictures, ten diseases as
 * unevenly spread as in the lesson. The same seed gives the same pictures. Nothing is left behind when it is stopped.
 * @throws GranaryError CANCELLED, or as {@link intoEmptyFolder}
 */
export async function drawSample(
  dest: string,
  options: { images: number; seed: number },
  hooks: { onProgress?: (done: number, total: number) => void; signal?: AbortSignal } = {},
): Promise<DrawnSample> {
  const random = new Random(options.seed);
  const train = planPictures(options.images, 100_001, random.fork('train'));
  const testCount = Math.max(20, Math.round(options.images * TEST_SHARE));
  const test = planPictures(testCount, 200_001, random.fork('test'));
  return intoEmptyFolder(dest, async (root) => {
    await drawAll(root, train, test, random, hooks);
    await writeTables(root, train, test);
    const answers = join(root, 'answers', 'test_labels.csv');
    return { dest: root, train: train.length, test: test.length, answers };
  });
}

async function drawAll(
  root: string,
  train: readonly PlannedPicture[],
  test: readonly PlannedPicture[],
  random: Random,
  hooks: { onProgress?: (done: number, total: number) => void; signal?: AbortSignal },
): Promise<void> {
  const jobs = [
    ...train.map((picture) => ({ picture, folder: join('train_images', picture.disease.name) })),
    ...test.map((picture) => ({ picture, folder: 'test_images' })),
  ];
  for (const folder of new Set(jobs.map((job) => job.folder)))
    await mkdir(join(root, folder), { recursive: true });
  sharp.concurrency(1);
  sharp.cache(false);
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (next < jobs.length) {
      if (hooks.signal?.aborted) throw cancelled();
      const { picture, folder } = jobs[next++]!;
      const jpeg = await renderPicture(picture, random.fork(picture.id));
      await writeFile(join(root, folder, picture.id), jpeg);
      hooks.onProgress?.(++done, jobs.length);
    }
  };
  // All lanes have to end before anything is cleaned up.
  const ended = await Promise.allSettled(Array.from({ length: availableParallelism() }, lane));
  for (const lane of ended) if (lane.status === 'rejected') throw lane.reason;
}

async function writeTables(
  root: string,
  train: readonly PlannedPicture[],
  test: readonly PlannedPicture[],
): Promise<void> {
  await mkdir(join(root, 'answers'));
  const csv = (rows: Record<string, unknown>[]): string => `${Papa.unparse(rows, { newline: '\n' })}\n`;
  const row = ({ id, disease, variety, age }: PlannedPicture) => ({
    image_id: id,
    label: disease.name,
    variety: variety.name,
    age,
  });
  await writeFile(join(root, 'train.csv'), csv(train.map(row)));
  await writeFile(join(root, 'answers', 'test_labels.csv'), csv(test.map(row)));
  await writeFile(
    join(root, 'sample_submission.csv'),
    csv(test.map(({ id }) => ({ image_id: id, label: '' }))),
  );
  await writeFile(join(root, 'README.txt'), about);
}
