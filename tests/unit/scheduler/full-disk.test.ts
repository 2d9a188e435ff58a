import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFileAtomic } from '../../../src-main/files/atomic.ts';
import { writeAttempt } from '../../../src-main/runs/attempts-file.ts';
import { checkpointPath } from '../../../src-main/runs/checkpoint-file.ts';
import { writePredictions } from '../../../src-main/runs/predictions.ts';
import { readRun } from '../../../src-main/runs/run-store.ts';
import {
  appendEpoch,
  restoreEpochs,
  writeConfig,
  writeResult,
  writeSplit,
} from '../../../src-main/runs/run-writer.ts';
import { parseGrid } from '../../../src-main/scheduler/grid-parse.ts';
import { newQueue, readQueue, writeQueue } from '../../../src-main/scheduler/queue-file.ts';
import { Workbench } from '../../../src-main/scheduler/workbench.ts';
import { workerFailure } from '../../../src-main/worker/failure.ts';
import { exampleEpoch, exampleHeader, exampleResult } from '../runs/example-run.ts';
import { exampleManifest, fixtureWorker } from './fixture-worker.ts';

/** A disk of its own, so small that it is filled at once. Only root may make one: elsewhere these tests are skipped. */
const disk = mkdtempSync(join(tmpdir(), 'granary-full-'));
const mounted =
  process.platform === 'linux' &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (mounted) spawnSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true, force: true });
});

const filler = join(disk, 'filler');
/** Leaves not a byte. */
function fill(): void {
  for (const bytes of [4096, 64, 1])
    try {
      for (;;) appendFileSync(filler, Buffer.alloc(bytes));
    } catch {
      // Full.
    }
}

const id = '20261125-0000-resnet18';
const folder = join(disk, 'runs', id);
const bytesOf = (path: string): string => readFileSync(path, 'latin1');
/** Larger than what is there, so that it needs room. */
const long = 'x'.repeat(20_000);
const attempt = {
  ...{ number: 1, started: 'now', reason: 'first', accum: 1, microBatch: 4, from: null, memory: null },
  ...{ peakRssMb: null, ended: null, outcome: null, message: null },
};
const queue = newQueue();
const manyEpochs = Array.from({ length: 200 }, (_, index) => exampleEpoch(index + 1));

const writes: [string, string, () => void][] = [
  [
    'config.json',
    join(folder, 'config.json'),
    () => writeConfig(folder, { ...exampleHeader(id), name: long }),
  ],
  ['split.json', join(folder, 'split.json'), () => writeSplit(folder, { train: [long], valid: ['b'] })],
  ['attempts.json', join(folder, 'attempts.json'), () => writeAttempt(folder, { ...attempt, reason: long })],
  ['the checkpoint', checkpointPath(folder), () => writeFileAtomic(checkpointPath(folder), long)],
  [
    'result.json',
    join(folder, 'result.json'),
    () =>
      writeResult(folder, {
        ...{ version: 1, status: 'failed', finished: 'now', error: { code: 'INTERNAL', message: long } },
      }),
  ],
  [
    'predictions.safetensors',
    join(folder, 'predictions.safetensors'),
    () => writePredictions(folder, { targets: [], sets: {} }),
  ],
  ['epochs.jsonl, made anew', join(folder, 'epochs.jsonl'), () => restoreEpochs(folder, manyEpochs)],
  [
    'queue.json',
    join(disk, 'queue.json'),
    () => writeQueue(disk, { ...queue, paused: { reason: long, by: 'user' } }),
  ],
];

describe.skipIf(!mounted)('a full disk', () => {
  beforeAll(() => {
    mkdirSync(join(folder, 'checkpoint'), { recursive: true });
    writeConfig(folder, exampleHeader(id));
    writeSplit(folder, { train: ['a'], valid: ['b'] });
    writeAttempt(folder, attempt);
    writeFileSync(checkpointPath(folder), 'checkpoint');
    writeResult(folder, exampleResult());
    writeFileSync(join(folder, 'predictions.safetensors'), 'predictions');
    for (const epoch of [1, 2]) appendEpoch(folder, exampleEpoch(epoch));
    writeQueue(disk, queue);
  });

  it.each(writes)('at the write of %s leaves it as it was, and says so', (_what, path, write) => {
    // Removed by restoreEpochs before it writes: how a run ended is no longer true once it goes on.
    const before = bytesOf(path);
    fill();
    let thrown: unknown;
    try {
      write();
    } catch (error) {
      thrown = error;
    }
    expect(workerFailure(thrown)).toMatchObject({
      code: 'NO_SPACE',
      message: expect.stringMatching(/unchanged/),
    });
    expect(bytesOf(path)).toBe(before);
    const places = [disk, folder, join(folder, 'checkpoint')];
    expect(places.flatMap((place) => readdirSync(place)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    rmSync(filler);
  });

  it('at the end of an epoch keeps the epochs before it, and the next attempt goes on after them', async () => {
    fill();
    // The page that the file has may hold some more lines.
    const more = (): void => {
      for (let epoch = 3; epoch < 500; epoch += 1) appendEpoch(folder, exampleEpoch(epoch));
    };
    expect(more).toThrow(/ENOSPC/);
    const kept = (await readRun(disk, id)).epochs.map(({ epoch }) => epoch);
    expect(kept).toEqual(kept.map((_epoch, index) => index + 1));
    expect(kept.length).toBeGreaterThanOrEqual(2);
    rmSync(filler);
    appendEpoch(folder, exampleEpoch(kept.length + 1));
    const run = await readRun(disk, id);
    expect([run.epochs.length, run.problem]).toEqual([kept.length + 1, null]);
  });

  it('queues nothing, keeps the queue, and lets a scheduler open and close', async () => {
    fill();
    await expect(Workbench.open(disk, { job: fixtureWorker() })).rejects.toMatchObject({
      code: 'WORKSPACE_INVALID',
      message: expect.stringMatching(/its disk is full/),
    });
    rmSync(filler);
    const workbench = await Workbench.open(disk, { job: fixtureWorker() });
    fill();
    const grid = parseGrid({ blocks: [{ arch: 'resnet18', size: 32, epochs: 1 }] });
    const dataset = { path: '/data/paddy', options: {}, manifest: exampleManifest };
    await expect(workbench.enqueue(dataset, grid)).rejects.toMatchObject({
      code: 'NO_SPACE',
      fix: expect.stringMatching(/Make room/),
    });
    expect(workbench.queue.items).toEqual([]);
    expect(readQueue(disk, 'leave').items).toEqual([]);
    rmSync(filler);
    await workbench.enqueue(dataset, grid);
    await workbench.whenDone();
    expect(readQueue(disk, 'leave').items).toMatchObject([{ state: 'finished' }]);
    // A command that cannot be written down has not been carried out.
    fill();
    await expect(workbench.perform({ verb: 'clear' })).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(workbench.queue.items).toMatchObject([{ state: 'finished' }]);
    rmSync(filler);
    await workbench.close();
    expect(existsSync(join(disk, 'scheduler.lock'))).toBe(false);
    expect(statSync(disk).isDirectory()).toBe(true);
  });
});
