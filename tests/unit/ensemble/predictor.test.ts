import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { resolvePredictor } from '../../../src-main/ensemble/predictor.ts';
import { writeRuns } from '../../support/example-workspace.mjs';
import { writeRecommender } from '../runs/example-recommender.ts';

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'granary-predictor-'));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

it('what predicts pictures is a run of pictures; a recommender is told for what it is', async () => {
  const [run = ''] = writeRuns(workspace, { runs: 1, epochs: 1 });
  writeRecommender(workspace, '20261125-100000-ratings-k3x9', [3, 4], { rating: [3, 5] });
  expect(await resolvePredictor(workspace, run.slice(-4))).toMatchObject({ source: run, targets: null });
  await expect(resolvePredictor(workspace, 'k3x9')).rejects.toMatchObject({
    code: 'ENSEMBLE_TARGETS_DIFFER',
    message: expect.stringContaining('is a recommender') as string,
    fix: expect.stringContaining('granary collab recommend') as string,
  });
  await expect(resolvePredictor(workspace, 'none')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
});
