import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { RatingsJobs } from '../../../src-main/app/ratings-jobs.ts';

const workspace = mkdtempSync(join(tmpdir(), 'granary-ratings-jobs-'));
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

it('draws the sample anew where a killed process left a part of it, and not where it is whole', async () => {
  const jobs = new RatingsJobs(workspace, () => undefined);
  const left = join(workspace, 'samples', 'films', 'u.data');
  mkdirSync(dirname(left), { recursive: true });
  writeFileSync(left, '1\t2\t3');
  expect(await jobs.drawSample()).toBe(left);
  expect(existsSync(join(dirname(left), 'truth.json'))).toBe(true);
  writeFileSync(left, 'mine');
  await jobs.drawSample();
  expect(readFileSync(left, 'utf8')).toBe('mine');
});
