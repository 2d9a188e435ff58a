import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lookForRatings } from '../../../../src-main/dataset/ratings/look.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'granary-look-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}
const rolesOf = async (path: string) =>
  (await lookForRatings(path)).columns.map(({ name, role }) => `${name}: ${role}`);

describe('what is dropped on the window', () => {
  it.each([
    ['u.data', '1\t2\t3\t881250949\n4\t5\t1\t881250950\n'],
    ['ratings.dat', '1::2::3::881250949\n4::5::1::881250950\n'],
    ['mine.csv', 'customer,product,stars\nann,tea,5\nbob,milk,2\n'],
    ['bought.tsv', 'customer\tsku\nann\tA-1\n'],
    ['numbers.csv', '1,2,3.5\n4,5,2\n'],
  ])('%s is ratings', async (name, content) => {
    const path = write(name, content);
    expect((await lookForRatings(path)).ratings).toBe(path);
  });

  it.each([
    ['train.csv', 'image_id,label,variety,age\n100330.jpg,blast,ADT45,45\n'],
    ['pictures.csv', 'user,item,file\nann,tea,a.jpg\n'],
    ['people.csv', 'name,age,town\nann,31,Bonn\n'],
    ['notes.txt', 'a line of text\n'],
    ['empty.csv', ''],
  ])('%s is not', async (name, content) => {
    expect((await lookForRatings(write(name, content))).ratings).toBeNull();
  });

  it('a folder is ratings where it has them, and its titles are found', async () => {
    const ratings = write('ml-100k/u.data', '1\t2\t3\t881250949\n');
    write('ml-100k/u1.base', '1\t2\t3\t881250949\n');
    const titles = write('ml-100k/u.item', '2|Toy Story (1995)|01-Jan-1995\n');
    expect(await lookForRatings(join(folder, 'ml-100k'))).toMatchObject({ ratings, titles });
    expect(await lookForRatings(ratings)).toMatchObject({ ratings, titles });
    write('birds/crane/1.jpg', '');
    expect(await lookForRatings(join(folder, 'birds'))).toMatchObject({ ratings: null, columns: [] });
    expect(await lookForRatings(join(folder, 'gone'))).toMatchObject({ ratings: null, columns: [] });
  });

  it('columns say what they seem to be and show their first cells', async () => {
    const path = write('mine.csv', 'customer,product,stars,when\nann,tea,5,2024\nbob,tea,2,2025\n');
    expect(await rolesOf(path)).toEqual(['customer: user', 'product: item', 'stars: rating', 'when: ignore']);
    expect((await lookForRatings(path)).columns[0]!.examples).toEqual(['ann', 'bob']);
  });

  it('columns that cannot be told are there to be told, and then it is ratings', async () => {
    const path = write('unclear.csv', 'who,what,score\nann,tea,5\n');
    expect(await rolesOf(path)).toEqual(['who: ignore', 'what: ignore', 'score: rating']);
    expect((await lookForRatings(path)).ratings).toBeNull();
    const half = await lookForRatings(path, { userColumn: 'who', ratingColumn: null });
    expect(half.columns.map(({ role }) => role)).toEqual(['user', 'ignore', 'ignore']);
    const told = await lookForRatings(path, { userColumn: 'who', itemColumn: 'what' });
    expect(told.ratings).toBe(path);
    expect(told.columns.map(({ role }) => role)).toEqual(['user', 'item', 'rating']);
  });
});
