import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { GranaryError } from '../../../shared/errors.ts';
import { appendEpoch, createRunFolder, writeConfig } from '../../../src-main/runs/run-writer.ts';
import { listRuns } from '../../../src-main/runs/run-store.ts';
import { writeFileAtomic } from '../../../src-main/files/atomic.ts';
import { recordFailure } from '../../../src-main/scheduler/run-outcome.ts';
import { recordInFolder } from '../../../src-main/worker/failure.ts';
import { exampleEpoch, exampleHeader } from './example-run.ts';

const workspace = mkdtempSync(join(tmpdir(), 'granary-gone-'));
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

it('a run whose folder is deleted while it trains ends with that, and leaves no folder that cannot be read', async () => {
  const id = '20261126-100000-resnet18-squish-32-gone';
  const folder = createRunFolder(workspace, id);
  writeConfig(folder, exampleHeader(id));
  appendEpoch(folder, exampleEpoch(1));
  rmSync(folder, { recursive: true });
  // A checkpoint comes before its epoch, and makes the folder anew.
  writeFileAtomic(join(folder, 'checkpoint', 'checkpoint.safetensors'), 'weights');
  let error: unknown;
  try {
    appendEpoch(folder, exampleEpoch(2));
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(GranaryError);
  const { code, message } = error as GranaryError;
  expect([code, message]).toEqual([
    'RUN_NOT_FOUND',
    `The run's folder ${folder} was taken away while it trained.`,
  ]);
  recordInFolder(folder, error);
  expect(await listRuns(workspace)).toEqual([]);
  recordFailure(workspace, id, { code, message });
  expect(existsSync(folder)).toBe(false);
});
