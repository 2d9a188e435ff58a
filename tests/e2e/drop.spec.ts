import { expect, test } from '@playwright/test';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipOf } from '../unit/dataset/zip-file.ts';
import { dropOnWindow, FileApp } from './support/app.ts';
import { drawPictures, labels } from './support/pictures.ts';

const granary = new FileApp();

test('a table, a folder, a zip and a picture are taken wherever in the window they are dropped', async () => {
  const { folder } = granary;
  const pictures = join(folder, 'shapes');
  await drawPictures(pictures, 6);
  const table = join(folder, 'table');
  mkdirSync(join(table, 'train_images'), { recursive: true });
  const rows = labels.flatMap((label) =>
    Array.from({ length: 6 }, (_, index) => {
      const name = `${label}-${index}.jpg`;
      copyFileSync(join(pictures, label, name), join(table, 'train_images', name));
      return `${name},${label}`;
    }),
  );
  writeFileSync(join(table, 'train.csv'), `${['image_id,label', ...rows].join('\n')}\n`);
  const zip = join(folder, 'pets.zip');
  const inside = ['discs', 'bars'].flatMap((label) =>
    [0, 1].map((index) => ({
      name: `${label}/${index}.jpg`,
      content: readFileSync(join(pictures, label, `${label}-${index}.jpg`)),
    })),
  );
  writeFileSync(zip, zipOf(inside));

  await granary.start();
  const { page } = granary;
  const name = page.getByTestId('dataset-name');
  // On a view that has nothing to do with it: the table itself, which lies beside its pictures.
  await page.keyboard.press('Control+4');
  await dropOnWindow(page, join(table, 'train.csv'));
  await expect(name).toHaveText('table');
  await expect(page.getByTestId('train-count')).toHaveText('18');
  await expect(page.getByLabel('Use of label')).toHaveValue('target');

  // Its pictures' sizes; a size shows its pictures.
  await page.getByRole('button', { name: 'Show the pictures of 72 × 96' }).click();
  await expect(page.getByTestId('picture-total')).toHaveText('18 pictures');

  await page.getByRole('navigation').getByRole('button', { name: 'Settings' }).click();
  await dropOnWindow(page, pictures);
  await expect(name).toHaveText('shapes');
  await expect(page.getByTestId('train-count')).toHaveText('18');

  // Over a dialog.
  await page.keyboard.press('?');
  await expect(page.getByTestId('shortcuts')).toBeVisible();
  await dropOnWindow(page, zip);
  await expect(name).toHaveText('pets');
  await expect(page.getByTestId('train-count')).toHaveText('4');
  await page.keyboard.press('Escape');

  // Of several one is read, and the others are named. What lies beside a table is read with it.
  const left = page.getByTestId('toast').filter({ hasText: 'One is read at a time' });
  const note = join(folder, 'note.txt');
  writeFileSync(note, 'no dataset');
  await dropOnWindow(page, note, pictures, zip);
  await expect(name).toHaveText('shapes');
  await expect(left).toContainText(
    'shapes was taken, note.txt and pets.zip were not. To read one of them instead, drop it alone.',
  );
  await left.getByRole('button', { name: 'Dismiss' }).click();
  await dropOnWindow(page, join(table, 'train_images'), join(table, 'train.csv'));
  await expect(name).toHaveText('table');
  await expect(page.getByTestId('train-count')).toHaveText('18');
  await expect(left).toHaveCount(0);

  // Ratings with their titles are one; the folder beside them is not.
  const [ratings, titles] = [join(folder, 'u.data'), join(folder, 'u.item')];
  writeFileSync(ratings, '1\t1\t5\t881250949\n1\t2\t3\t881250950\n2\t1\t4\t881250951\n2\t2\t1\t881250952\n');
  writeFileSync(titles, '1|Toy Story (1995)|01-Jan-1995\n2|GoldenEye (1995)|01-Jan-1995\n');
  await dropOnWindow(page, titles, ratings);
  await expect(page.getByTestId('ratings-name')).toHaveText('u.data');
  await expect(page.getByText('GoldenEye (1995)').first()).toBeVisible();
  await expect(left).toHaveCount(0);
  await dropOnWindow(page, pictures, ratings);
  await expect(left).toContainText('u.data was taken, shapes was not. To read it instead, drop it alone.');
  await left.getByRole('button', { name: 'Dismiss' }).click();

  // Pictures are for predicting, which nothing can here yet.
  await dropOnWindow(page, join(pictures, 'discs', 'discs-0.jpg'));
  await expect(page.getByRole('heading', { level: 1, name: 'Predict' })).toBeVisible();
  await expect(page.getByText('Nothing can predict yet')).toBeVisible();

  // What is no dataset is said, with what was asked for; the dataset stays.
  await dropOnWindow(page, note);
  await expect(page.getByTestId('fault')).toContainText(`${note} is neither a folder nor a CSV file.`);
  await page.getByTestId('fault').getByRole('button', { name: 'Dismiss' }).click();

  expect(granary.complaints).toEqual([]);
});
