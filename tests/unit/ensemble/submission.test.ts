import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scoreSubmission } from '../../../src-main/ensemble/score.ts';
import { formatSubmission, readTemplate } from '../../../src-main/ensemble/submission.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'granary-submission-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const table = {
  ids: ['b.jpg', 'a.jpg'],
  classes: ['blast', 'dead, heart'],
  values: Float32Array.from([1, 0, 0.1, 0.9]),
};

describe('submission', () => {
  it('keeps the sample’s order, joins by id and quotes what CSV needs quoted', async () => {
    const template = await readTemplate(write('sample.csv', '\uFEFFimage_id,label\r\na.jpg,\r\nb.jpg,\r\n'));
    expect(template).toEqual({ idColumn: 'image_id', targetColumns: ['label'], ids: ['a.jpg', 'b.jpg'] });
    expect(formatSubmission(template, new Map([['disease', table]]))).toBe(
      'image_id,label\na.jpg,"dead, heart"\nb.jpg,blast\n',
    );
  });

  it('matches a file name against a path below the test folder', () => {
    const nested = { ...table, ids: ['one/b.jpg', 'one/a.jpg'] };
    const template = { idColumn: 'id', targetColumns: ['label'], ids: ['b.jpg'] };
    expect(formatSubmission(template, new Map([['label', nested]]))).toBe('id,label\nb.jpg,blast\n');
  });

  it('fills several columns from targets of the same names', () => {
    const other = { ...table, classes: ['ADT45', 'IR20'] };
    const template = { idColumn: 'id', targetColumns: ['variety', 'label'], ids: ['b.jpg'] };
    const tables = new Map([
      ['label', table],
      ['variety', other],
    ]);
    expect(formatSubmission(template, tables)).toBe('id,variety,label\nb.jpg,ADT45,blast\n');
  });

  it('names pictures that were not predicted and columns that were not trained', () => {
    const template = { idColumn: 'id', targetColumns: ['label'], ids: ['a.jpg', 'z.jpg'] };
    expect(() => formatSubmission(template, new Map([['label', table]]))).toThrow(/1 pictures.*"z.jpg"/);
    const age = { ...template, targetColumns: ['age', 'label'] };
    expect(() => formatSubmission(age, new Map([['label', table]]))).toThrow(
      /asks for "age".*predict "label"/,
    );
  });

  it.each([
    ['no such file', null],
    ['one column', 'image_id\na\n'],
    ['no rows', 'image_id,label\n'],
    ['a picture twice', 'image_id,label\na,\na,\n'],
    ['a row without an id', 'image_id,label\n,x\n'],
  ])('refuses a sample with %s', async (_what, text) => {
    const path = text === null ? join(folder, 'absent.csv') : write('bad.csv', text);
    await expect(readTemplate(path)).rejects.toMatchObject({ code: 'SUBMISSION_INVALID' });
  });
});

describe('scoreSubmission', () => {
  it('joins by id and gives the error rate of each common column', async () => {
    const submission = write('s.csv', 'image_id,label\nb,y\na,x\nc,x\n');
    const answers = write('t.csv', 'image_id,label,age\na,x,1\nb,x,2\nc,x,3\n');
    expect(await scoreSubmission(submission, answers)).toEqual([
      { kind: 'column', column: 'label', images: 3, wrong: 1, errorRate: 1 / 3 },
    ]);
  });

  it('refuses a submission with missing rows or no common column', async () => {
    const answers = write('t2.csv', 'image_id,label\na,x\nb,x\n');
    await expect(scoreSubmission(write('s2.csv', 'image_id,label\na,x\n'), answers)).rejects.toThrow(
      /no row for "b"/,
    );
    await expect(scoreSubmission(write('s3.csv', 'image_id,kind\na,x\nb,x\n'), answers)).rejects.toThrow(
      /in both/,
    );
  });
});
