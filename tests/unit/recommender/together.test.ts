import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readMembers } from '../../../src-main/ensemble/members.ts';
import { recommendersTogether } from '../../../src-main/recommender/together.ts';
import { writeRuns } from '../../support/example-workspace.mjs';
import { writeRecommender } from '../runs/example-recommender.ts';

const workspace = mkdtempSync(join(tmpdir(), 'granary-together-'));
const [one, two, other, open] = ['one', 'two', 'other', 'open'].map(
  (end, k) => `20261125-10000${k}-ratings-${end}`,
) as [string, string, string, string];
let classifier: string;
beforeAll(() => {
  const rating = [1, 3, 5];
  writeRecommender(workspace, one, [1, 4, 4], { rating });
  writeRecommender(workspace, two, [3, 4, 5], { rating, name: 'mine' });
  writeRecommender(workspace, other, [1, 1, 1], { rating, validHash: 'another fifth' });
  writeRecommender(workspace, open, null, { rating });
  [classifier = ''] = writeRuns(workspace, { runs: 1, epochs: 1 });
});
afterAll(() => rmSync(workspace, { recursive: true }));

it('is judged by the mean of what its members predict, beside each of them', () => {
  const { rows, errors, members } = recommendersTogether(workspace, [one, two]);
  // Means 2, 4, 4.5 of 1, 3, 5: errors 1, 1, ½.
  expect(rows).toBe(3);
  expect(errors!.rmse).toBeCloseTo(Math.sqrt(2.25 / 3), 6);
  expect(errors!.mae).toBeCloseTo(2.5 / 3, 6);
  expect(members.map(({ run, name }) => [run, name])).toEqual([
    [one, 'dot-bias 5 wd 0.1'],
    [two, 'mine'],
  ]);
  expect(members[0]!.errors!.rmse).toBeCloseTo(Math.sqrt(2 / 3), 6);
  expect(members[1]!.errors!.mae).toBeCloseTo(1, 6);
});

it.each([
  ['recommenders that were judged by other ratings', () => [one, other], 'ENSEMBLE_IMAGES_DIFFER'],
  ['one that has not finished', () => [one, open], 'RUN_NOT_FINISHED'],
  ['a run of pictures', () => [one, classifier], 'RUN_NOT_FOUND'],
  ['none', () => [one, '20261125-100009-ratings-gone'], 'RUN_NOT_FOUND'],
])('refuses %s', (_, runs, code) => {
  expect(() => recommendersTogether(workspace, runs())).toThrow(expect.objectContaining({ code }) as Error);
});

it('an ensemble of pictures refuses a recommender among its members, and says why', async () => {
  await expect(readMembers(workspace, [classifier, one], null)).rejects.toMatchObject({
    code: 'ENSEMBLE_TARGETS_DIFFER',
    message: expect.stringContaining('Nothing is predicted by both') as string,
    fix: expect.stringContaining('granary collab recommend') as string,
  });
});
