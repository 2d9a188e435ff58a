import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { inspectRatings } from '../../../../src-main/dataset/ratings/inspect-ratings.ts';
import { readRatings } from '../../../../src-main/dataset/ratings/read-ratings.ts';
import type { RatingsOptions } from '../../../../shared/records/ratings.ts';

const folder = mkdtempSync(join(tmpdir(), 'granary-ratings-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(content: string | Buffer): string {
  const path = join(folder, `ratings-${files++}`);
  writeFileSync(path, content);
  return path;
}

/** Rows as texts, so that one line says what was read. */
async function rowsOf(content: string | Buffer, options: RatingsOptions = {}): Promise<string[]> {
  const { table } = await readRatings(file(content), options);
  return Array.from(table.user, (user, row) =>
    [table.users[user], table.items[table.item[row]!], table.rating?.[row], table.time?.[row]].join(' '),
  );
}

describe('formats', () => {
  test.each([
    ['u.data', '196\t242\t3\t881250949\n186\t302\t3\t891717742\n'],
    ['ratings.csv', 'userId,movieId,rating,timestamp\n196,242,3.0,881250949\r\n186,302,3.0,891717742\n'],
    ['ratings.dat', '196::242::3::881250949\n186::302::3::891717742'],
    ['columns in another order', 'timestamp;score;film;member\n881250949;3;242;196\n891717742;3;302;186\n'],
    [
      'a byte order mark and quotes',
      '\ufeff"user","item","rating","time"\n"196","242","3","881250949"\n"186","302","3","891717742"\n',
    ],
    ['thousandths of a second', 'user,item,rating,time\n196,242,3,881250949000\n186,302,3,891717742000\n'],
    ['dates', 'user,item,rating,date\n196,242,3,1997-12-04T15:55:49Z\n186,302,3,1998-04-04T19:22:22Z\n'],
  ])('%s', async (_, content) => {
    expect(await rowsOf(content)).toEqual(['196 242 3 881250949', '186 302 3 891717742']);
  });

  test('without a rating column a row says that the user took the item', async () => {
    expect(await rowsOf('customer,sku\nann,A-1\nbob,A-2\n')).toEqual(['ann A-1  ', 'bob A-2  ']);
    expect(await rowsOf('ann\tA-1\nbob\tA-2\n')).toEqual(['ann A-1  ', 'bob A-2  ']);
  });

  test('columns can be named, and numbered', async () => {
    const content = 'who,what,stars given\nann,tea,4\nbob,tea,2\n';
    const options = { userColumn: 'who', itemColumn: '2', ratingColumn: 'Stars Given' };
    expect(await rowsOf(content, options)).toEqual(['ann tea 4 ', 'bob tea 2 ']);
    await expect(rowsOf(content)).rejects.toMatchObject({
      code: 'DATASET_BAD_COLUMNS',
      message: /who, what/,
    });
    await expect(rowsOf(content, { userColumn: 'hwo' })).rejects.toThrow('Did you mean who?');
  });

  test('ids are strings: 7, 07 and seven are three users, and letters beyond ASCII survive', async () => {
    expect(await rowsOf('user,item,rating\n7,é,1\n07,é,2\nseven,99999999999,3\n')).toEqual([
      '7 é 1 ',
      '07 é 2 ',
      'seven 99999999999 3 ',
    ]);
    expect(await rowsOf(Buffer.from('user,item,rating\n7,\xe9t\xe9,1\n8,x,2\n', 'latin1'))).toContain(
      '7 été 1 ',
    );
  });

  test('a cell in quotes may hold separators and quotes', async () => {
    expect(await rowsOf('user,title,rating\n1,"Good, the Bad",5\n2,"say ""hi""",4\n')).toEqual([
      '1 Good, the Bad 5 ',
      '2 say "hi" 4 ',
    ]);
  });

  test('a row that crosses the reading buffer stays whole', async () => {
    const count = 400_000;
    const lines = Array.from(
      { length: count },
      (_, k) => `user-${k % 1000}\titem-${k % 777}\t${1 + (k % 5)}\n`,
    );
    const { table } = await readRatings(file(lines.join('')));
    expect(table.user.length).toBe(count);
    expect(table.users.length).toBe(1000);
    expect(table.items.length).toBe(777);
    expect(table.users[table.user[count - 1]!]).toBe(`user-${(count - 1) % 1000}`);
    expect(table.rating!.reduce((a, b) => a + b, 0)).toBe(count * 3);
  });
});

describe('what is wrong is told and left out', () => {
  test('bad rows are counted with their lines', async () => {
    const { manifest, table } = await inspectRatings(
      file('user,item,rating\n1,a,5\n1,b,good\n2,a,\n,b,3\n2\n2,b,4\n1,c,3\n2,c,1\n1,d,2\n2,d,4\n'),
    );
    expect(table.user.length).toBe(6);
    const found = Object.fromEntries(manifest.problems.map(({ code, examples }) => [code, examples]));
    expect(found).toEqual({
      RATING_NOT_NUMERIC: ['line 3', 'line 4'],
      ID_MISSING: ['line 5'],
      ROW_SHORT: ['line 6'],
      ITEM_WITH_ONE_RATING: ['a', 'b'],
    });
  });

  test('of two ratings of one item the later counts, by time and not by place', async () => {
    const { manifest, table } = await inspectRatings(
      file('1\ta\t5\t20\n1\ta\t2\t10\n1\tb\t3\t30\n2\ta\t1\t5\n2\tb\t4\t6\n'),
    );
    expect([...table.rating!]).toEqual([5, 3, 1, 4]);
    expect(manifest.problems.map(({ code }) => code)).toEqual(['DUPLICATE']);
  });

  test('users with one rating, and titles in Latin-1 that some items lack', async () => {
    const items = file(Buffer.from('a|Caf\xe9, the (1994)|x|\nc|Unrated|x|\n', 'latin1'));
    const { manifest, table } = await inspectRatings(file('1\ta\t5\n1\tb\t2\n2\tb\t4\n3\ta\t1\n3\tb\t1\n'), {
      items,
    });
    expect(table.titles).toEqual(['Café, the (1994)', '']);
    expect(manifest.titles).toBe(2);
    expect(manifest.problems.map(({ code, examples }) => [code, examples])).toEqual([
      ['TITLE_WITHOUT_RATING', ['c']],
      ['USER_WITH_ONE_RATING', ['2']],
      ['ITEM_WITHOUT_TITLE', ['b']],
    ]);
  });

  test.each([
    ['an empty file', '', 'DATASET_EMPTY'],
    ['names alone', 'user,item,rating\n', 'DATASET_EMPTY'],
    ['prose', 'Dear reader\n', 'DATASET_BAD_CSV'],
    ['one column', 'abc\ndef\n', 'DATASET_BAD_CSV'],
    ['mostly unusable rows', 'user,item,rating\n1,2,x\n1,3,y\n1,4,5\n', 'DATASET_BAD_CSV'],
    ['bytes', Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 1]), 'DATASET_BAD_CSV'],
  ])('%s', async (_, content, code) => {
    await expect(inspectRatings(file(content))).rejects.toMatchObject({ code });
  });

  test('a file that is not there', async () => {
    await expect(inspectRatings(join(folder, 'none'))).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
    await expect(inspectRatings(folder)).rejects.toThrow('is a folder');
  });
});

test('scale, density, and the corner of the table that is fullest', async () => {
  const { manifest } = await inspectRatings(
    file('1\ta\t1\n1\tb\t4.5\n1\tc\t3\n2\ta\t2\n2\tb\t5\n3\tb\t0.5\n3\ta\t1\n'),
  );
  expect(manifest.scale).toEqual({ min: 0.5, max: 5, mean: 17 / 7, step: 0.5 });
  expect(manifest.density).toBeCloseTo(7 / 9);
  expect(manifest.crossTab.users).toEqual(['1', '2', '3']);
  expect(manifest.crossTab.items.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(manifest.crossTab.cells).toEqual([
    [1, 4.5, 3],
    [2, 5, null],
    [1, 0.5, null],
  ]);
});
