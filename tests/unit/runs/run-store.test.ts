import { emptyNotes } from '../../../shared/records/run-notes.ts';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  appendEpoch,
  createRunFolder,
  runFolder,
  writeConfig,
  writeResult,
} from '../../../src-main/runs/run-writer.ts';
import {
  listRuns,
  readFinished,
  readRun,
  resolveRunId,
  resolveRunIds,
} from '../../../src-main/runs/run-store.ts';
import { exampleEpoch, exampleHeader, exampleResult } from './example-run.ts';

let workspace: string;
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'granary-runs-'));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

/** A run folder as far as a worker got that has since died. */
function deadRun(id: string, epochs: number): string {
  const folder = createRunFolder(workspace, id);
  writeConfig(folder, exampleHeader(id));
  for (let epoch = 1; epoch <= epochs; epoch += 1) appendEpoch(folder, exampleEpoch(epoch));
  const worker = JSON.parse(readFileSync(join(folder, 'worker.json'), 'utf8')) as { startTime: string };
  writeFileSync(join(folder, 'worker.json'), JSON.stringify({ ...worker, startTime: '1' }));
  return folder;
}

describe('a run folder', () => {
  it('is running while the process that made it lives', async () => {
    const folder = createRunFolder(workspace, 'run-a');
    expect(await listRuns(workspace)).toEqual([]);
    writeConfig(folder, exampleHeader('run-a'));
    appendEpoch(folder, exampleEpoch(1));
    expect(await readRun(workspace, 'run-a')).toEqual({
      id: 'run-a',
      state: 'running',
      header: exampleHeader('run-a'),
      epochs: [exampleEpoch(1)],
      result: null,
      notes: emptyNotes,
      problem: null,
    });
  });

  it('is interrupted when another process has that pid by now', async () => {
    deadRun('run-a', 2);
    const run = await readRun(workspace, 'run-a');
    expect(run.state).toBe('interrupted');
    expect(run.epochs).toEqual([exampleEpoch(1), exampleEpoch(2)]);
  });

  it('tells of a finished run without its epochs, and of no other', async () => {
    const folder = deadRun('run-a', 2);
    expect(await readFinished(workspace, 'run-a')).toBeNull();
    expect(await readFinished(workspace, 'run-none')).toBeNull();
    writeResult(folder, exampleResult());
    const { header, result, notes } = await readRun(workspace, 'run-a');
    expect(await readFinished(workspace, 'run-a')).toEqual({ header, result, notes });
    writeFileSync(join(folder, 'config.json'), '{}');
    expect(await readFinished(workspace, 'run-a')).toBeNull();
  });

  it('is finished once its result is there, and opens when copied elsewhere', async () => {
    const folder = deadRun('run-a', 2);
    writeResult(folder, exampleResult());
    const elsewhere = join(workspace, 'other');
    cpSync(join(workspace, 'runs'), join(elsewhere, 'runs'), { recursive: true });
    rmSync(join(elsewhere, 'runs', 'run-a', 'worker.json'));
    const run = await readRun(elsewhere, 'run-a');
    expect(run.state).toBe('finished');
    expect(run.result).toEqual(exampleResult());
  });

  it('keeps every whole epoch when the last line was cut short, and the next line does not join it', async () => {
    const folder = deadRun('run-a', 2);
    appendFileSync(join(folder, 'epochs.jsonl'), '{"version":1,"epo');
    expect((await readRun(workspace, 'run-a')).epochs).toHaveLength(2);
    expect((await readRun(workspace, 'run-a')).problem).toBeNull();
    appendEpoch(folder, exampleEpoch(3));
    expect((await readRun(workspace, 'run-a')).epochs.map((epoch) => epoch.epoch)).toEqual([1, 2, 3]);
  });

  it('says what is wrong with damaged files and does not hide the other runs', async () => {
    deadRun('run-a', 1);
    writeFileSync(join(deadRun('run-b', 1), 'config.json'), '{"version": 1}');
    writeFileSync(join(deadRun('run-c', 1), 'result.json'), 'half a fi');
    appendFileSync(join(deadRun('run-d', 1), 'epochs.jsonl'), 'not an epoch\n');
    rmSync(join(deadRun('run-e', 1), 'config.json'));
    mkdirSync(join(deadRun('run-f', 1), 'x'));
    rmSync(join(workspace, 'runs', 'run-f', 'result.json'), { force: true });
    mkdirSync(join(workspace, 'runs', 'run-f', 'result.json'));
    const runs = new Map((await listRuns(workspace)).map((run) => [run.id, run]));
    expect(runs.get('run-a')?.state).toBe('interrupted');
    expect(runs.get('run-b')?.problem).toMatch(/config\.json is not as expected at id/);
    expect(runs.get('run-c')?.problem).toMatch(/result\.json is not JSON/);
    expect(runs.get('run-d')?.problem).toMatch(/epochs\.jsonl line 2 is not JSON/);
    expect(runs.get('run-d')?.epochs).toEqual([exampleEpoch(1)]);
    expect(runs.get('run-e')?.problem).toMatch(/config\.json is missing/);
    expect(runs.get('run-f')?.problem).toMatch(/result\.json cannot be read/);
    for (const id of ['b', 'c', 'd', 'e', 'f']) expect(runs.get(`run-${id}`)?.state).toBe('unreadable');
  });

  it('is found by a whole id, a beginning or its random end', async () => {
    deadRun('20261123-a-k3x9', 1);
    deadRun('20261123-b-aaaa', 1);
    expect(await resolveRunId(workspace, '20261123-a')).toBe('20261123-a-k3x9');
    expect(await resolveRunId(workspace, 'aaaa')).toBe('20261123-b-aaaa');
    await expect(resolveRunId(workspace, '2026')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await expect(resolveRunId(workspace, 'zz')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await expect(resolveRunId(workspace, '')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  it('is found among several that are meant at once, in their order, and the one that is not is named', async () => {
    deadRun('20261123-a-k3x9', 1);
    deadRun('20261123-b-aaaa', 1);
    expect(await resolveRunIds(workspace, ['aaaa', '20261123-a', 'aaaa'])).toEqual([
      '20261123-b-aaaa',
      '20261123-a-k3x9',
      '20261123-b-aaaa',
    ]);
    expect(await resolveRunIds(workspace, [])).toEqual([]);
    await expect(resolveRunIds(workspace, ['aaaa', 'zz'])).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
      message: expect.stringContaining('zz') as string,
    });
  });

  it('cannot be named by a path that leaves the runs folder', async () => {
    await expect(readRun(workspace, '../secret')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect(() => runFolder(workspace, '..')).toThrow(/not a run's id/);
    expect(existsSync(join(workspace, 'secret'))).toBe(false);
  });

  it('refuses to write an epoch whose loss is not a number', () => {
    const folder = deadRun('run-a', 1);
    expect(() => appendEpoch(folder, { ...exampleEpoch(2), validLoss: NaN })).toThrow();
    expect(readFileSync(join(folder, 'epochs.jsonl'), 'utf8').split('\n')).toHaveLength(2);
  });

  it('is empty in a workspace that does not exist yet', async () => {
    expect(await listRuns(join(workspace, 'nowhere'))).toEqual([]);
  });
});
